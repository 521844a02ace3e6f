// `keel network up`: starts a private network, shows it while it lives, and leaves nothing behind.
#pragma once

#include <span>
#include <string>

namespace keel::network {

// The exit code: 0 after Ctrl-C or the asked duration, 1 when the network did not start or every node has ended.
int up(std::span<const std::string> arguments);

}  // namespace keel::network
