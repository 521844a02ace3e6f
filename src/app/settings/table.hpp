// The parts that all_settings() is put together from: one group of rows each.
#pragma once

#include "app/settings/setting.hpp"

namespace keel::settings {

std::span<const Setting> general_rows();
std::span<const Setting> chain_rows();
std::span<const Setting> connection_rows();
std::span<const Setting> rpc_rows();
std::span<const Setting> log_rows();
std::span<const Setting> testing_rows();
std::span<const Setting> mempool_rows();
std::span<const Setting> mining_rows();
std::span<const Setting> wallet_rows();
std::span<const Setting> client_rows();

// How rows are written: kind, name, argument, default, help.
constexpr Setting flag(std::string_view name, std::string_view fallback, std::string_view help) {
    return {.name = name, .type = Type::flag, .fallback = fallback, .help = help};
}
constexpr Setting number(std::string_view name, std::string_view fallback, std::string_view help) {
    return {.name = name, .type = Type::number, .argument = "<n>", .fallback = fallback, .help = help};
}
constexpr Setting text(std::string_view name, std::string_view argument, std::string_view help) {
    return {.name = name, .type = Type::text, .argument = argument, .help = help};
}
constexpr Setting path(std::string_view name, std::string_view argument, std::string_view help) {
    return {.name = name, .type = Type::path, .argument = argument, .help = help};
}
constexpr Setting list(std::string_view name, std::string_view argument, std::string_view help) {
    return {.name = name, .type = Type::list, .argument = argument, .help = help};
}

// What is said about a row besides; each returns a changed copy.
constexpr Setting with(Setting row, unsigned traits) {
    row.traits |= traits;
    return row;
}
constexpr Setting within(Setting row, std::int64_t low, std::int64_t high) {
    row.low = low;
    row.high = high;
    return row;
}
constexpr Setting by_default(Setting row, std::string_view fallback) {
    row.fallback = fallback;
    return row;
}
constexpr Setting no_effect(Setting row, std::string_view why) {
    row.support = Support::no_effect;
    row.note = why;
    return row;
}
constexpr Setting unavailable(Setting row, std::string_view why) {
    row.support = Support::unavailable;
    row.note = why;
    return row;
}
constexpr Setting only_on(Setting row, Networks networks) {
    row.networks = networks;
    return row;
}
constexpr Setting for_program(Setting row, Program program) {
    row.program = program;
    return row;
}

}  // namespace keel::settings
