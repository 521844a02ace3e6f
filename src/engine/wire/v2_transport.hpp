// The encrypted transport (BIP324).
//
// Both sides send a public key that looks random, and random garbage behind it. Once a side has the other's key, it
// sends a garbage terminator and packets, the first of which authenticates its garbage; the first packet that is not a
// decoy carries the transport's version (nothing, so far), all others carry messages. Decoys are skipped at any time.
//
// Anything that was changed on the way ends the stream: a packet that is not authentic, a length above the limit, a
// terminator that does not come. A contents that names no message costs that packet only.
//
// Bounds: kMaxGarbageBytes of garbage; contents of kMaxPayloadBytes and a command; memory as v1_transport, plus about
// 4 KB for ciphers. Every byte is moved once, by decrypting it.
#pragma once

#include "engine/wire/staging.hpp"
#include "engine/wire/transport.hpp"
#include "engine/wire/v2_cipher.hpp"

namespace keel::wire {

inline constexpr std::size_t kMaxGarbageBytes = 4095;
inline constexpr std::size_t kV2ContentsMax = 1 + Command::kSize + kMaxPayloadBytes;

// The one-byte name of a message (BIP324 "Message type identifiers", BIP434), or nothing.
std::optional<std::byte> v2_short_id(std::string_view command);
// The message that a byte names; empty when none.
std::string_view v2_command(std::byte short_id);

class V2Transport final : public Transport {
public:
    struct Settings {
        Magic magic{};
        bool initiating = true;
        Rng::Seed seed{};  // of our key and garbage: never used twice, and nobody else may know it
    };
    // The initiator's output is its key and garbage at once; so is the responder's, which must therefore know already
    // that the other side does not speak version 1 (InboundTransport).
    explicit V2Transport(const Settings& settings);

    MutableByteSpan receive_buffer() override;
    void received(std::size_t n) override;
    Result<std::optional<TransportEvent>, TransportError> next() override;

    [[nodiscard]] bool can_send() const override { return cipher_.has_value(); }
    void send(const Encoded& message) override;
    // A packet that the other side skips.
    void send_decoy(ByteSpan contents);
    std::vector<Payload> take_output() override;

    [[nodiscard]] TransportKind kind() const override;
    [[nodiscard]] std::optional<RawHash> session_id() const override;
    [[nodiscard]] std::string failure_text() const override { return failure_text_; }
    [[nodiscard]] bool awaits_first_byte() const override { return initiating_ && !heard_; }

private:
    enum class State : std::uint8_t { key, garbage, version, messages };
    // A packet being decrypted.
    struct Incoming {
        static constexpr std::size_t kHeadMax = kV2HeaderBytes + 1 + Command::kSize;
        std::size_t size = 0;  // of header and contents
        std::size_t done = 0;  // bytes of them that are decrypted
        std::array<std::byte, kHeadMax> head{};
        Bytes payload;  // what follows the head

        [[nodiscard]] bool is_decoy() const { return (head[0] & kV2IgnoreBit) != std::byte{0}; }
        // Header, and the part of the contents that names the message; known once two bytes are there.
        [[nodiscard]] std::size_t head_size() const;
        [[nodiscard]] ByteSpan contents_head() const;
    };

    void take_key();
    void take_garbage();
    // Whether all but the tag of a packet is decrypted, and the tag is there.
    bool take_packet();
    void begin_packet();
    void decrypt_staged();
    // The event of a complete packet; nothing for decoys, the version, and damaged ones.
    std::optional<TransportEvent> finish_packet();
    static TransportEvent interpret(Incoming packet);
    void fail(TransportError error, std::string text);
    void output(Bytes bytes) { output_.push_back(own_bytes(std::move(bytes))); }

    Magic magic_;
    bool initiating_;
    State state_ = State::key;
    bool heard_ = false;                       // a byte came in
    std::optional<crypto::SecretKey> secret_;  // until the keys are made
    crypto::EllSwift our_key_{};
    Bytes our_garbage_;    // until it is authenticated
    Bytes their_garbage_;  // likewise
    std::optional<V2Cipher> cipher_;

    Staging staging_;
    std::optional<Incoming> incoming_;
    std::optional<TransportError> failed_;
    std::string failure_text_;
    std::vector<Payload> output_;
};

}  // namespace keel::wire
