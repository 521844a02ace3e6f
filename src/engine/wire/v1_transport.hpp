// The plain transport: magic, 12 bytes of command, length, 4 bytes of checksum, payload.
//
// A wrong magic or a length above kMaxPayloadBytes ends the stream; a wrong checksum or command costs that message
// only. Complexity: every byte is moved at most twice, whatever the sizes of reads and messages.
#pragma once

#include "crypto/sha256.hpp"
#include "engine/wire/staging.hpp"
#include "engine/wire/transport.hpp"

namespace keel::wire {

inline constexpr std::size_t kV1HeaderBytes = 24;

class V1Transport final : public Transport {
public:
    explicit V1Transport(const Magic& magic);

    MutableByteSpan receive_buffer() override;
    void received(std::size_t n) override;
    Result<std::optional<TransportEvent>, TransportError> next() override;

    [[nodiscard]] bool can_send() const override { return true; }
    void send(const Encoded& message) override;
    std::vector<Payload> take_output() override;

    [[nodiscard]] TransportKind kind() const override { return TransportKind::v1; }
    [[nodiscard]] std::optional<RawHash> session_id() const override { return std::nullopt; }
    [[nodiscard]] std::string failure_text() const override { return failure_text_; }

private:
    struct Incoming {
        std::array<std::byte, Command::kSize> command{};
        std::array<std::byte, 4> checksum{};
        std::size_t size = 0;      // of the payload
        std::size_t received = 0;  // bytes of it that are there, and hashed
        Bytes payload;             // as large as its bytes so far justify
        crypto::Sha256 hasher;
    };

    // The next bytes of the stream belong to the payload under way and go where it lives.
    [[nodiscard]] bool receives_directly() const;
    std::optional<TransportError> read_header();
    void take_staged();
    TransportEvent finish();
    TransportError fail(TransportError error, std::string text);

    Magic magic_;
    Staging staging_;
    std::optional<Incoming> incoming_;
    std::optional<TransportError> failed_;
    std::string failure_text_;
    std::vector<Payload> output_;
};

}  // namespace keel::wire
