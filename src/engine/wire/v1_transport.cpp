#include "engine/wire/v1_transport.hpp"

#include <cstring>

#include "base/assert.hpp"
#include "base/hex.hpp"

namespace keel::wire {
namespace {

constexpr std::size_t kCommandOffset = 4;
constexpr std::size_t kSizeOffset = 16;
constexpr std::size_t kChecksumOffset = 20;
// Up to this size, header and payload go into one buffer: one piece of a gathered write instead of two.
constexpr std::size_t kJoinBytes = 16 * 1024;

// The characters up to the first NUL; what follows must be NUL too.
std::optional<Command> read_command(ByteSpan field) {
    const std::string_view text = as_text(field);
    const std::size_t length = std::min(text.find('\0'), text.size());
    if (text.find_first_not_of('\0', length) != std::string_view::npos) return std::nullopt;
    return Command::from(text.substr(0, length));
}

// A command of the peer's, safe for logs.
std::string shown(ByteSpan field) {
    std::string out;
    for (const char c : as_text(field)) {
        if (c == '\0') break;
        out += c >= ' ' && c <= '~' ? c : '?';
    }
    return out;
}

std::array<std::byte, kV1HeaderBytes> make_header(const Magic& magic, const Encoded& message) {
    std::array<std::byte, kV1HeaderBytes> out{};
    std::ranges::copy(magic, out.begin());
    std::ranges::copy(as_bytes(message.command), out.begin() + kCommandOffset);
    store_le(out.data() + kSizeOffset, static_cast<std::uint32_t>(message.payload.bytes.size()));
    const RawHash hash = crypto::sha256d(message.payload.bytes);
    std::memcpy(out.data() + kChecksumOffset, hash.bytes.data(), 4);
    return out;
}

}  // namespace

V1Transport::V1Transport(const Magic& magic) : magic_(magic) {}

bool V1Transport::receives_directly() const {
    return incoming_ && staging_.size() == 0 && incoming_->received < incoming_->size;
}

MutableByteSpan V1Transport::receive_buffer() {
    if (failed_) return {};
    if (receives_directly()) {
        grow_payload(incoming_->payload, incoming_->received + 1, incoming_->size);
        return MutableByteSpan(incoming_->payload).subspan(incoming_->received);
    }
    // At most a partial header is left over here: next() has been called until it gave nothing.
    return staging_.room();
}

void V1Transport::received(std::size_t n) {
    if (failed_) return;
    if (receives_directly()) {
        Incoming& in = *incoming_;
        KEEL_ASSERT(n <= in.payload.size() - in.received);
        in.hasher.write(ByteSpan(in.payload).subspan(in.received, n));
        in.received += n;
        return;
    }
    staging_.filled(n);
}

Result<std::optional<TransportEvent>, TransportError> V1Transport::next() {
    if (failed_) return Failure<TransportError>(*failed_);
    if (!incoming_) {
        if (staging_.size() < kV1HeaderBytes) return std::nullopt;
        if (const auto error = read_header()) {
            failed_ = error;
            staging_.clear();
            return Failure<TransportError>(*error);
        }
    }
    take_staged();
    if (incoming_->received < incoming_->size) return std::nullopt;
    return finish();
}

std::optional<TransportError> V1Transport::read_header() {
    const ByteSpan header = staging_.view().first(kV1HeaderBytes);
    const ByteSpan magic = header.first(magic_.size());
    if (!equal(magic, magic_)) {
        return fail(TransportError::wrong_magic, "Header error: Wrong MessageStart " + to_hex(magic) + " received");
    }
    Incoming in;
    in.size = load_le<std::uint32_t>(header.data() + kSizeOffset);
    std::ranges::copy(header.subspan(kCommandOffset, Command::kSize), in.command.begin());
    if (in.size > kMaxPayloadBytes) {
        return fail(TransportError::payload_too_large,
                    "Header error: Size too large (" + shown(in.command) + ", " + std::to_string(in.size) + " bytes)");
    }
    std::memcpy(in.checksum.data(), header.data() + kChecksumOffset, in.checksum.size());
    incoming_ = std::move(in);
    staging_.consume(kV1HeaderBytes);
    return std::nullopt;
}

TransportError V1Transport::fail(TransportError error, std::string text) {
    failure_text_ = std::move(text);
    return error;
}

// Moves what is staged of the payload under way.
void V1Transport::take_staged() {
    Incoming& in = *incoming_;
    const ByteSpan part = staging_.view().first(std::min(staging_.size(), in.size - in.received));
    if (part.empty()) return;
    grow_payload(in.payload, in.received + part.size(), in.size);
    std::ranges::copy(part, in.payload.begin() + static_cast<std::ptrdiff_t>(in.received));
    in.hasher.write(part);
    in.received += part.size();
    staging_.consume(part.size());
}

TransportEvent V1Transport::finish() {
    Incoming in = *std::move(incoming_);
    incoming_.reset();
    const std::size_t wire_bytes = kV1HeaderBytes + in.size;
    const RawHash hash = crypto::sha256(in.hasher.finish().span());
    const ByteSpan checksum = hash.span().first(in.checksum.size());
    if (!equal(checksum, in.checksum)) {
        return Discarded{Discarded::Why::checksum, wire_bytes,
                         "Header error: Wrong checksum (" + shown(in.command) + ", " + std::to_string(in.size) +
                             " bytes), expected " + to_hex(checksum) + " was " + to_hex(in.checksum)};
    }
    const auto command = read_command(in.command);
    if (!command) {
        return Discarded{
            Discarded::Why::command, wire_bytes,
            "Header error: Invalid message type (" + shown(in.command) + ", " + std::to_string(in.size) + " bytes)"};
    }
    return RawMessage{*command, std::move(in.payload), wire_bytes};
}

void V1Transport::send(const Encoded& message) {
    const ByteSpan payload = message.payload.bytes;
    KEEL_ASSERT(message.command.size() <= Command::kSize && payload.size() <= kMaxPayloadBytes);
    const auto header = make_header(magic_, message);
    Bytes first;
    const bool join = payload.size() <= kJoinBytes;
    first.reserve(kV1HeaderBytes + (join ? payload.size() : 0));
    append(first, header);
    if (join) append(first, payload);
    output_.push_back(own_bytes(std::move(first)));
    if (!join) output_.push_back(message.payload);
}

std::vector<Payload> V1Transport::take_output() { return std::exchange(output_, {}); }

}  // namespace keel::wire
