#include "app/version.hpp"

namespace keel::app {

std::string version() { return KEEL_VERSION; }

std::string version_line() { return "Keel version v" + version(); }

}  // namespace keel::app
