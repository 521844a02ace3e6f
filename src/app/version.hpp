// What this program calls itself.
#pragma once

#include <string>

namespace keel::app {

// "0.1.0"
std::string version();
// "Keel version v0.1.0"
std::string version_line();

}  // namespace keel::app
