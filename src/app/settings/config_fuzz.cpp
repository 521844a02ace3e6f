// Any text as a configuration file: the parser ends, and what it takes survives every question that is asked of it.
#include "app/settings/values.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace keel::settings;
    const std::string text(reinterpret_cast<const char*>(data), size);
    const auto config = parse_config(text);
    if (!config) {
        if (config.error().text.empty()) {
            __builtin_trap();
        }
        return 0;
    }
    Values values;
    values.add_config(config->assignments);
    const std::vector<std::string> arguments{text};
    if (const auto command_line = parse_command_line(arguments, Program::node)) {
        values.add_command_line(command_line->assignments);
    }
    for (const std::string section : {"main", "regtest"}) {
        values.choose_section(section);
        for (const Setting& setting : all_settings()) {
            if (values.is_negated(setting.name) && values.text(setting.name) != "0") {
                __builtin_trap();
            }
            (void)values.flag(setting.name);
            (void)values.number(setting.name);
            (void)values.list(setting.name);
        }
    }
    (void)values.outside_their_section();
    (void)values.invalid();
    (void)values.describe();
    return 0;
}
