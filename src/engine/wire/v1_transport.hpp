// The plain transport: magic, 12 bytes of command, length, 4 bytes of checksum, payload.
//
// A wrong magic or a length above kMaxPayloadBytes ends the stream; a wrong checksum or command costs that message
// only. Complexity: every byte is moved at most twice, whatever the sizes of reads and messages.
#pragma once

#include "crypto/sha256.hpp"
#include "engine/wire/transport.hpp"

namespace keel::wire {

using Magic = std::array<std::byte, 4>;

inline constexpr std::size_t kV1HeaderBytes = 24;
// One read of the socket at most, while no large payload is under way.
inline constexpr std::size_t kStagingBytes = 64 * 1024;
// A payload's buffer starts at this size (or its own) and grows fourfold as it fills: a peer that promises four
// megabytes and sends none holds no more of our memory than that.
inline constexpr std::size_t kFirstPayloadBytes = 256 * 1024;

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

private:
    struct Incoming {
        std::optional<Command> command;  // nothing: not one that a peer may use
        std::array<std::byte, 4> checksum{};
        std::size_t size = 0;      // of the payload
        std::size_t received = 0;  // bytes of it that are there, and hashed
        Bytes payload;             // as large as its bytes so far justify
        crypto::Sha256 hasher;
    };

    [[nodiscard]] ByteSpan staged() const;
    // The next bytes of the stream belong to the payload under way and go where it lives.
    [[nodiscard]] bool receives_directly() const;
    std::optional<TransportError> read_header();
    void take_staged();
    // Makes room for `needed` bytes of payload, and for more according to kFirstPayloadBytes.
    void reserve_payload(std::size_t needed);
    TransportEvent finish();

    Magic magic_;
    Bytes staging_;
    std::size_t staged_begin_ = 0;
    std::size_t staged_end_ = 0;
    std::optional<Incoming> incoming_;
    std::optional<TransportError> failed_;
    std::vector<Payload> output_;
};

}  // namespace keel::wire
