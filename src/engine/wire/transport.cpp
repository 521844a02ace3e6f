#include "engine/wire/transport.hpp"

namespace keel::wire {

std::optional<Command> Command::from(std::string_view text) {
    const auto printable = [](char c) { return c >= ' ' && c <= '~'; };
    if (text.empty() || text.size() > kSize || !std::ranges::all_of(text, printable)) return std::nullopt;
    Command out;
    std::ranges::copy(text, out.text_.begin());
    out.size_ = static_cast<std::uint8_t>(text.size());
    return out;
}

const char* describe(TransportError error) {
    switch (error) {
        case TransportError::wrong_magic: return "wrong network magic";
        case TransportError::payload_too_large: return "message above the size limit";
    }
    return "unknown transport error";
}

std::optional<TransportError> receive_all(Transport& transport, ByteSpan bytes, std::vector<TransportEvent>& events) {
    while (!bytes.empty()) {
        const MutableByteSpan buffer = transport.receive_buffer();
        const std::size_t n = std::min(buffer.size(), bytes.size());
        std::ranges::copy(bytes.first(n), buffer.begin());
        transport.received(n);
        bytes = bytes.subspan(n);
        while (true) {
            auto event = transport.next();
            if (!event) return event.error();
            if (!*event) break;
            events.push_back(**std::move(event));
        }
    }
    return std::nullopt;
}

}  // namespace keel::wire
