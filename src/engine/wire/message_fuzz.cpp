// Every message decoder: the first byte chooses the command, the rest is the payload. What is accepted must encode, and
// that encoding must decode to something that encodes to the same bytes.
#include <cstdlib>

#include "base/assert.hpp"
#include "engine/wire/messages.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace keel;
    if (size == 0) return 0;
    const auto commands = wire::all_commands();
    const std::string_view command = commands[data[0] % commands.size()];
    const auto message = wire::decode(command, to_bytes(std::as_bytes(std::span(data + 1, size - 1))));
    if (!message) {
        KEEL_ASSERT(message.error().command == command);
        return 0;
    }
    KEEL_ASSERT(wire::command_of(*message) == command);
    KEEL_ASSERT(wire::memory_of(*message) >= sizeof(wire::Message));
    const Bytes once = to_bytes(wire::encode(*message).payload.bytes);
    const auto again = wire::decode(command, once);
    KEEL_ASSERT(again.has_value());
    KEEL_ASSERT(equal(wire::encode(*again).payload.bytes, once));
    return 0;
}
