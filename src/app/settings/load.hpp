// From the command line to everything a program needs to know before it starts: values, network, folders.
//
// The configuration file is the one named by -conf, else keel.conf in the data directory, else bitcoin.conf there. In
// keel.conf (and a file named by -conf that is not called bitcoin.conf) an unknown name is an error; in a bitcoin.conf
// it is a warning in the log, so that a file written for Bitcoin Core can be used as it is.
#pragma once

#include "app/settings/chain.hpp"

namespace keel::settings {

struct Loaded {
    Values values;
    ParamsPtr params;
    std::vector<std::string> rest;      // of the command line
    std::filesystem::path data_dir;     // absolute
    std::filesystem::path chain_dir;    // data_dir, or the chain's folder in it
    std::filesystem::path blocks_dir;   // .../blocks
    std::filesystem::path config_file;  // the file that was read, or would have been; empty with -noconf
    bool config_found = false;
    std::vector<std::string> notes;           // for the log
    std::vector<std::string> log_warnings;    // for the log, as warnings
    std::vector<std::string> user_warnings;   // for standard error and the log
    std::vector<std::string> plain_warnings;  // for standard error as they are
};

// The error is what follows "Error: ". Reads files; creates nothing.
[[nodiscard]] Result<Loaded, std::string> load(std::span<const std::string> arguments, Program program);

// A path from a setting: relative ones start at the chain's folder. Empty when the setting is negated.
std::filesystem::path chain_path(const Loaded& loaded, std::string_view setting, std::string_view fallback);

// What is wrong in a configuration file (and those it includes): one line each, empty when all is well.
std::vector<std::string> check_config_file(const std::filesystem::path& file);

}  // namespace keel::settings
