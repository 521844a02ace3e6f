#include "engine/wire/inbound_transport.hpp"

#include "base/assert.hpp"

namespace keel::wire {

InboundTransport::InboundTransport(const Magic& magic, const Rng::Seed& seed) : magic_(magic), seed_(seed) {
    std::ranges::copy(magic, expected_.begin());
    std::ranges::copy(as_bytes("version"), expected_.begin() + magic.size());
}

MutableByteSpan InboundTransport::receive_buffer() {
    if (decided_) return decided_->receive_buffer();
    return MutableByteSpan(prefix_).subspan(size_);
}

void InboundTransport::received(std::size_t n) {
    if (decided_) {
        decided_->received(n);
        return;
    }
    KEEL_ASSERT(n <= prefix_.size() - size_);
    size_ += n;
    const ByteSpan so_far = ByteSpan(prefix_).first(size_);
    if (!equal(so_far, ByteSpan(expected_).first(size_))) {
        decided_ =
            std::make_unique<V2Transport>(V2Transport::Settings{.magic = magic_, .initiating = false, .seed = seed_});
        seed_ = {};
    } else if (size_ == prefix_.size()) {
        decided_ = std::make_unique<V1Transport>(magic_);
    } else {
        return;
    }
    std::ranges::copy(so_far, decided_->receive_buffer().begin());
    decided_->received(size_);
}

Result<std::optional<TransportEvent>, TransportError> InboundTransport::next() {
    if (!decided_) return std::nullopt;
    return decided_->next();
}

void InboundTransport::send(const Encoded& message) {
    KEEL_ASSERT(can_send());
    decided_->send(message);
}

std::vector<Payload> InboundTransport::take_output() {
    if (!decided_) return {};
    return decided_->take_output();
}

}  // namespace keel::wire
