// The transport of a connection that the other side opened: finds out which version that side speaks (BIP324
// "v1/v2 distinction").
//
// Whoever speaks version 1 begins with the network's magic and "version"; a key of version 2 begins so by chance in one
// of 2^128 cases. Until the first difference nothing is sent.
#pragma once

#include "engine/wire/v2_transport.hpp"

namespace keel::wire {

class InboundTransport final : public Transport {
public:
    // `seed`: see V2Transport::Settings.
    InboundTransport(const Magic& magic, const Rng::Seed& seed);

    MutableByteSpan receive_buffer() override;
    void received(std::size_t n) override;
    Result<std::optional<TransportEvent>, TransportError> next() override;

    [[nodiscard]] bool can_send() const override { return decided_ && decided_->can_send(); }
    void send(const Encoded& message) override;
    std::vector<Payload> take_output() override;

    [[nodiscard]] TransportKind kind() const override { return decided_ ? decided_->kind() : TransportKind::detecting; }
    [[nodiscard]] std::optional<RawHash> session_id() const override {
        return decided_ ? decided_->session_id() : std::nullopt;
    }
    [[nodiscard]] std::string failure_text() const override {
        return decided_ ? decided_->failure_text() : std::string();
    }

private:
    static constexpr std::size_t kPrefixBytes = 16;

    Magic magic_;
    Rng::Seed seed_;
    std::array<std::byte, kPrefixBytes> expected_{};
    std::array<std::byte, kPrefixBytes> prefix_{};  // as far as it came in
    std::size_t size_ = 0;
    std::unique_ptr<Transport> decided_;
};

}  // namespace keel::wire
