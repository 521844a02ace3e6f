// The table of settings as text: for -help, and for docs/configuration.md.
#pragma once

#include <string>

#include "app/settings/setting.hpp"

namespace keel::settings {

// Lines of at most 79 columns. Settings that have no effect or are for testing only with `everything`.
std::string help_text(Program program, bool everything);

// The tables of docs/configuration.md.
std::string markdown();

}  // namespace keel::settings
