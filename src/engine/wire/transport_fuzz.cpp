// The plain transport under any stream, cut into pieces two ways: both must give the same messages and the same end.
#include "base/assert.hpp"
#include "base/rng.hpp"
#include "engine/wire/v1_transport.hpp"

namespace {

using namespace keel;

constexpr wire::Magic kMagic{std::byte{0xFA}, std::byte{0xBF}, std::byte{0xB5}, std::byte{0xDA}};

struct Outcome {
    std::vector<wire::TransportEvent> events;
    std::optional<wire::TransportError> error;
};

Outcome receive(ByteSpan stream, std::uint64_t seed, std::uint64_t largest) {
    Rng rng(seed);
    wire::V1Transport transport(kMagic);
    Outcome out;
    while (!stream.empty() && !out.error) {
        const std::size_t n = std::min<std::size_t>(stream.size(), rng.between(1, largest));
        out.error = wire::receive_all(transport, stream.first(n), out.events);
        stream = stream.subspan(n);
    }
    return out;
}

bool same(const wire::TransportEvent& a, const wire::TransportEvent& b) {
    if (a.index() != b.index()) return false;
    if (const auto* left = std::get_if<wire::RawMessage>(&a)) {
        const auto& right = std::get<wire::RawMessage>(b);
        return left->command == right.command && left->payload == right.payload && left->wire_bytes == right.wire_bytes;
    }
    return std::get<wire::Discarded>(a).why == std::get<wire::Discarded>(b).why;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteSpan input = std::as_bytes(std::span(data, size));
    // Random input rarely has the magic and never the checksum: each byte of 0 in front of the rest starts a frame.
    Bytes stream;
    ByteSpan rest = input;
    while (rest.size() > 2 && rest[0] == std::byte{0}) {
        const std::size_t length = std::min<std::size_t>(rest.size() - 2, std::to_integer<std::size_t>(rest[1]));
        wire::V1Transport sender(kMagic);
        sender.send(wire::encode_raw("ping", to_bytes(rest.subspan(2, length))));
        for (const wire::Payload& part : sender.take_output()) {
            append(stream, part.bytes);
        }
        rest = rest.subspan(2 + length);
    }
    append(stream, rest);
    const Outcome whole = receive(stream, 1, stream.size() + 1);
    const Outcome pieces = receive(stream, 2, 7);
    KEEL_ASSERT(whole.error == pieces.error && whole.events.size() == pieces.events.size());
    for (std::size_t i = 0; i < whole.events.size(); ++i) {
        KEEL_ASSERT(same(whole.events[i], pieces.events[i]));
    }
    return 0;
}
