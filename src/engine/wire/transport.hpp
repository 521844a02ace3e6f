// What turns a stream of bytes into messages and back, without a socket: version 1 (plain) here, version 2 (BIP324)
// beside it.
//
// The owner of the socket runs this loop:
//   buffer = receive_buffer(); n = read(socket, buffer); received(n);
//   while (next() gives something) handle it;   (until it gives nothing: only then is there room to receive)
//   take_output() and write it to the socket, also after send() and once at the start.
// A large payload is received straight into the buffer that the message will own.
//
// Bounds: at most kMaxPayloadBytes of one message are buffered, growing only as its bytes arrive, and kStagingBytes
// of what follows it.
#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "engine/wire/messages.hpp"

namespace keel::wire {

// The command of a message as it stands on the wire: 1 to 12 printable characters.
class Command {
public:
    static constexpr std::size_t kSize = 12;

    Command() = default;
    // Nothing unless printable ASCII of at most 12 characters, not empty.
    static std::optional<Command> from(std::string_view text);

    [[nodiscard]] std::string_view view() const { return {text_.data(), size_}; }
    bool operator==(const Command&) const = default;

private:
    std::array<char, kSize> text_{};
    std::uint8_t size_ = 0;
};

struct RawMessage {
    Command command;
    Bytes payload;
    std::size_t wire_bytes = 0;  // header included
};

// A message that arrived damaged and was skipped; the stream goes on.
struct Discarded {
    enum class Why : std::uint8_t { checksum, command };
    Why why = Why::checksum;
    std::size_t wire_bytes = 0;
    std::string text;  // for logs
};

using TransportEvent = std::variant<RawMessage, Discarded>;

// Why the stream cannot go on; the connection has to be closed.
enum class TransportError : std::uint8_t {
    wrong_magic,            // another network, or not this protocol at all
    payload_too_large,      // above kMaxPayloadBytes
    no_garbage_terminator,  // BIP324: more garbage than allowed
    damaged_packet,         // BIP324: not what the other side encrypted
};

// The four bytes that tell the networks apart.
using Magic = std::array<std::byte, 4>;

// "detecting" until the other side has shown which transport it speaks.
enum class TransportKind : std::uint8_t { detecting, v1, v2 };
// "detecting", "v1", "v2".
std::string_view to_string(TransportKind kind);

class Transport {
public:
    virtual ~Transport() = default;

    // Where the next bytes of the stream go: never empty unless failed. Valid until the next call of any other member.
    virtual MutableByteSpan receive_buffer() = 0;
    // The first n bytes of receive_buffer() have been filled. n must not exceed its size; with 0 the buffer is given
    // back unused.
    virtual void received(std::size_t n) = 0;
    // The next thing complete, in order; nothing when more bytes are needed. After an error only the same error.
    virtual Result<std::optional<TransportEvent>, TransportError> next() = 0;

    // False while a handshake of the transport itself runs: hold messages back until then.
    [[nodiscard]] virtual bool can_send() const = 0;
    // Appends a message to the output. can_send() must hold.
    virtual void send(const Encoded& message) = 0;
    // What has to go to the socket, in order; the caller owns it from now on.
    virtual std::vector<Payload> take_output() = 0;

    [[nodiscard]] virtual TransportKind kind() const = 0;
    // BIP324: the same on both sides, known after the handshake.
    [[nodiscard]] virtual std::optional<RawHash> session_id() const = 0;
    // After an error of next(): one sentence for logs, with the figures.
    [[nodiscard]] virtual std::string failure_text() const = 0;
    // BIP324: we began, and nothing at all came back. When such a connection is closed by the other side, that side
    // probably speaks version 1 only.
    [[nodiscard]] virtual bool awaits_first_byte() const { return false; }
};

// A payload of bytes that nobody else holds.
Payload own_bytes(Bytes bytes);

// The loop above over bytes in memory, for simulated links and tests: appends what became complete to `events`. The
// error that ended the stream, if one did.
std::optional<TransportError> receive_all(Transport& transport, ByteSpan bytes, std::vector<TransportEvent>& events);

}  // namespace keel::wire
