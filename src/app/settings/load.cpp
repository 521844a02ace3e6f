#include "app/settings/load.hpp"

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "base/logger.hpp"

namespace keel::settings {
namespace {

namespace fs = std::filesystem;
using Error = Failure<std::string>;

constexpr std::string_view kKeelConf = "keel.conf";
constexpr std::string_view kBitcoinConf = "bitcoin.conf";

std::string quoted(const fs::path& path) { return concat("\"", path.string(), "\""); }

bool is_folder(const fs::path& path) {
    std::error_code ignored;
    return fs::is_directory(path, ignored);
}

bool is_there(const fs::path& path) {
    std::error_code ignored;
    return fs::exists(path, ignored);
}

Result<std::string, std::string> read_text(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in || is_folder(path)) {
        return Error(concat("The file ", quoted(path), " could not be opened."));
    }
    std::ostringstream content;
    content << in.rdbuf();
    return content.str();
}

fs::path normal(const std::string& text) {
    const fs::path path = fs::path(text).lexically_normal();
    return path.has_filename() ? path : path.parent_path();
}

fs::path default_data_dir() {
    const char* home = std::getenv("HOME");
    return fs::path(home != nullptr && *home != '\0' ? home : "/") / ".keel";
}

// The value of a path setting; `fallback` when it is not set, empty when it is negated.
fs::path path_value(const Values& values, std::string_view name, const fs::path& fallback) {
    if (values.is_negated(name)) {
        return {};
    }
    const std::string text = values.find_text(name).value_or("");
    return text.empty() ? fallback : normal(text);
}

fs::path config_in(const fs::path& folder) {
    return is_there(folder / kKeelConf) ? folder / kKeelConf : folder / kBitcoinConf;
}

class Loader {
public:
    explicit Loader(Program program) : program_(program) {}

    Result<Loaded, std::string> run(std::span<const std::string> arguments) {
        auto command_line = parse_command_line(arguments, program_);
        if (!command_line) {
            return Error(with_hint("Error parsing command line arguments: ", command_line.error()));
        }
        out_.values.add_command_line(command_line->assignments);
        out_.rest = std::move(command_line->rest);
        out_.log_warnings = std::move(command_line->warnings);
        KEEL_CHECK(find_data_dir("Specified data directory "));
        const fs::path first_data_dir = out_.data_dir;
        if (auto read = read_config(); !read) {
            return Error(concat("Error reading configuration file: ", read.error()));
        }
        KEEL_CHECK(choose_chain());
        KEEL_CHECK(check_ignored_config(first_data_dir));
        KEEL_CHECK(check_sections());
        if (const auto invalid = out_.values.invalid(); !invalid.empty() && program_ == Program::node) {
            return Error(invalid.front());
        }
        return std::move(out_);
    }

private:
    static std::string with_hint(std::string_view prefix, const ParseError& error) {
        return concat(prefix, error.text, error.hint.empty() ? "" : ". ", error.hint);
    }

    Result<void, std::string> find_data_dir(std::string_view complaint) {
        const fs::path named = path_value(out_.values, "datadir", {});
        out_.data_dir = named.empty() ? default_data_dir() : fs::absolute(named);
        if (!named.empty() && !is_folder(out_.data_dir)) {
            return Error(concat(complaint, "\"", out_.values.text("datadir"), "\" does not exist."));
        }
        return {};
    }

    Result<void, std::string> read_config() {
        out_.config_file = path_value(out_.values, "conf", config_in(out_.data_dir));
        if (out_.config_file.empty()) {
            return {};
        }
        out_.config_file = out_.data_dir / out_.config_file;
        if (is_folder(out_.config_file)) {
            return Error(concat("Config file ", quoted(out_.config_file), " is a directory."));
        }
        const auto text = read_text(out_.config_file);
        if (!text) {
            return out_.values.is_set("conf")
                       ? Error(concat("specified config file ", quoted(out_.config_file), " could not be opened."))
                       : Result<void, std::string>();
        }
        out_.config_found = true;
        strict_ = out_.config_file.filename() != kBitcoinConf && program_ == Program::node;
        KEEL_CHECK(take(*text, out_.config_file.string()));
        KEEL_CHECK(read_included());
        return find_data_dir("specified data directory ");
    }

    // One file's text; `shown` is its name in messages.
    Result<void, std::string> take(const std::string& text, const std::string& shown) {
        auto config = parse_config(text);
        if (!config) {
            return Error(with_hint("", config.error()));
        }
        for (const UnknownName& unknown : config->unknown) {
            if (strict_) {
                return Error(unknown_name(unknown, shown));
            }
            out_.log_warnings.push_back(concat("Ignoring unknown configuration value ", unknown.name));
        }
        for (SectionMark& mark : config->sections) {
            sections_.emplace_back(std::move(mark), shown);
        }
        std::ranges::move(config->warnings, std::back_inserter(out_.log_warnings));
        out_.values.add_config(config->assignments);
        return {};
    }

    static std::string unknown_name(const UnknownName& unknown, const std::string& shown) {
        const std::string name = unknown.name.substr(unknown.name.rfind('.') + 1);
        const auto near = nearest_name(name, Program::both);
        return concat("Invalid configuration value ", unknown.name, " in ", shown, ", line ", unknown.line,
                      near ? concat(". Did you mean ", *near, "?") : std::string());
    }

    Result<void, std::string> read_included() {
        if (out_.values.on_command_line("includeconf")) {
            return {};  // only -noincludeconf gets here
        }
        KEEL_TRY(const primitives::Params params, choose_network(out_.values, reader()));
        std::vector<std::string> names = out_.values.section_list(params.name, "includeconf");
        const std::size_t in_section = names.size();
        const std::vector<std::string> plain = out_.values.section_list("", "includeconf");
        names.insert(names.end(), plain.begin(), plain.end());
        for (const std::string& name : names) {
            const fs::path path = out_.data_dir / name;
            if (is_folder(path)) {
                return Error(concat("Included config file ", quoted(path), " is a directory."));
            }
            const auto text = read_text(path);
            if (!text) {
                return Error(concat("Failed to include configuration file ", name));
            }
            KEEL_CHECK(take(*text, name));
            out_.notes.push_back(concat("Included configuration file ", name));
        }
        warn_of_nested(params.name, in_section, plain.size());
        return {};
    }

    void warn_of_nested(const std::string& section, std::size_t in_section, std::size_t plain) {
        const auto warn = [&](const std::vector<std::string>& names, std::size_t known) {
            for (std::size_t i = known; i < names.size(); ++i) {
                out_.plain_warnings.push_back(concat(
                    "warning: -includeconf cannot be used from included files; ignoring -includeconf=", names[i]));
            }
        };
        warn(out_.values.section_list(section, "includeconf"), in_section);
        warn(out_.values.section_list("", "includeconf"), plain);
    }

    Result<void, std::string> choose_chain() {
        KEEL_TRY(primitives::Params params, choose_network(out_.values, reader()));
        out_.values.choose_section(params.name);
        KEEL_CHECK(adjust_network(params, out_.values));
        out_.chain_dir = params.directory.empty() ? out_.data_dir : out_.data_dir / params.directory;
        fs::path blocks_base = out_.data_dir;
        if (const fs::path named = path_value(out_.values, "blocksdir", {}); !named.empty()) {
            blocks_base = fs::absolute(named);
            if (!is_folder(blocks_base)) {
                return Error(
                    concat("Specified blocks directory \"", out_.values.text("blocksdir"), "\" does not exist."));
            }
        }
        out_.blocks_dir = (params.directory.empty() ? blocks_base : blocks_base / params.directory) / "blocks";
        out_.params = std::make_shared<const primitives::Params>(std::move(params));
        return {};
    }

    // A configuration file in the data directory that was not the one read: nobody should wonder why it has no effect.
    Result<void, std::string> check_ignored_config(const fs::path& first_data_dir) {
        const fs::path there = config_in(out_.data_dir);
        if (!is_there(there) || program_ != Program::node) {
            return {};
        }
        const std::string name = concat("\"", there.filename().string(), "\"");
        if (out_.config_file.empty()) {
            out_.notes.push_back(concat("Data directory ", quoted(out_.data_dir), " contains a ", name,
                                        " file which is explicitly ignored using -noconf."));
            return {};
        }
        std::error_code ignored;
        if (fs::equivalent(there, out_.config_file, ignored)) {
            return {};
        }
        const std::string named = out_.values.find_text("conf").value_or("");
        const std::string source = named.empty() ? concat("data directory ", quoted(first_data_dir))
                                                 : concat("command line argument \"-conf=", named, "\"");
        const std::string text = concat(
            "Data directory ", quoted(out_.data_dir), " contains a ", name,
            " file which is ignored, because a different configuration file ", quoted(out_.config_file), " from ",
            source, " is being used instead. Rename or delete that file, or take it in with includeconf=.");
        if (!out_.values.flag("allowignoredconf")) {
            return Error(concat(text, " With allowignoredconf=1 this is a warning only."));
        }
        out_.log_warnings.push_back(text);
        return {};
    }

    Result<void, std::string> check_sections() {
        const std::string& chain = out_.params->name;
        std::string errors;
        for (const std::string_view name : out_.values.outside_their_section()) {
            errors += concat("Config setting for -", name, " only applied on ", chain, " network when in [", chain,
                             "] section.\n");
        }
        if (!errors.empty() && program_ == Program::node) {
            return Error(errors);
        }
        std::string warnings;
        for (const auto& [mark, file] : sections_) {
            const bool known = mark.name == "main" || mark.name == "test" || mark.name == "testnet4" ||
                               mark.name == "signet" || mark.name == "regtest" || mark.name == chain;
            if (!known) {
                warnings += concat(warnings.empty() ? "" : "\n", file, ":", mark.line, " Section [", mark.name,
                                   "] is not recognized.");
            }
        }
        if (!warnings.empty()) {
            out_.user_warnings.push_back(std::move(warnings));
        }
        return {};
    }

    [[nodiscard]] FileReader reader() const {
        return
            [folder = out_.data_dir](const fs::path& path) { return read_text(is_there(path) ? path : folder / path); };
    }

    Program program_;
    Loaded out_;
    std::vector<std::pair<SectionMark, std::string>> sections_;
    bool strict_ = false;
};

}  // namespace

Result<Loaded, std::string> load(std::span<const std::string> arguments, Program program) {
    return Loader(program).run(arguments);
}

fs::path chain_path(const Loaded& loaded, std::string_view setting, std::string_view fallback) {
    const fs::path path = path_value(loaded.values, setting, fallback);
    return path.empty() ? path : loaded.chain_dir / path;
}

std::vector<std::string> check_config_file(const fs::path& file) {
    const auto text = read_text(file);
    if (!text) {
        return {text.error()};
    }
    const auto config = parse_config(*text);
    if (!config) {
        return {concat(file.string(), ": ", config.error().text)};
    }
    std::vector<std::string> out;
    for (const UnknownName& unknown : config->unknown) {
        const auto near = nearest_name(unknown.name.substr(unknown.name.rfind('.') + 1), Program::both);
        out.push_back(concat(file.string(), ":", unknown.line, ": unknown name ", unknown.name,
                             near ? concat("; did you mean ", *near, "?") : std::string()));
    }
    for (const Assignment& assignment : config->assignments) {
        if (const auto wrong = check_value(*assignment.setting, assignment.value)) {
            out.push_back(concat(file.string(), ": ", *wrong));
        } else if (assignment.setting->support == Support::no_effect) {
            out.push_back(concat(file.string(), ": note: ", assignment.setting->name,
                                 " has no effect: ", assignment.setting->note, "."));
        }
    }
    return out;
}

}  // namespace keel::settings
