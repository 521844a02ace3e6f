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

std::string_view to_string(TransportKind kind) {
    switch (kind) {
        case TransportKind::detecting: return "detecting";
        case TransportKind::v1: return "v1";
        case TransportKind::v2: return "v2";
    }
    return "detecting";
}

Payload own_bytes(Bytes bytes) {
    auto owner = std::make_shared<Bytes>(std::move(bytes));
    const ByteSpan view = *owner;
    return {view, std::move(owner)};
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
