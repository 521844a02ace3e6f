// The name of a connection inside one process. Never reused, so that late events of a closed connection find nobody.
#pragma once

#include <cstdint>

#include "base/strong.hpp"

namespace keel::wire {

using PeerId = Strong<struct PeerIdTag, std::int64_t>;

}  // namespace keel::wire
