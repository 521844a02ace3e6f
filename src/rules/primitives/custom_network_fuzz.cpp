// Any text either describes a network whose genesis block meets its own target, or gives a reason.
#include "base/assert.hpp"
#include "rules/primitives/custom_network.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace keel;
    const auto params = primitives::parse_custom_network(as_text(std::as_bytes(std::span(data, size))));
    if (params) {
        KEEL_ASSERT(params->genesis != nullptr && !params->name.empty() && params->pow.interval() > 0);
    } else {
        KEEL_ASSERT(!params.error().reason.empty());
    }
    return 0;
}
