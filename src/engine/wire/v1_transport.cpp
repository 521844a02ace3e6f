#include "engine/wire/v1_transport.hpp"

#include <cstring>

#include "base/assert.hpp"

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

std::array<std::byte, kV1HeaderBytes> make_header(const Magic& magic, const Encoded& message) {
    std::array<std::byte, kV1HeaderBytes> out{};
    std::ranges::copy(magic, out.begin());
    std::ranges::copy(as_bytes(message.command), out.begin() + kCommandOffset);
    store_le(out.data() + kSizeOffset, static_cast<std::uint32_t>(message.payload.bytes.size()));
    const RawHash hash = crypto::sha256d(message.payload.bytes);
    std::memcpy(out.data() + kChecksumOffset, hash.bytes.data(), 4);
    return out;
}

Payload own(Bytes bytes) {
    auto owner = std::make_shared<Bytes>(std::move(bytes));
    const ByteSpan view = *owner;
    return {view, std::move(owner)};
}

}  // namespace

V1Transport::V1Transport(const Magic& magic) : magic_(magic) {}

ByteSpan V1Transport::staged() const { return ByteSpan(staging_).subspan(staged_begin_, staged_end_ - staged_begin_); }

bool V1Transport::receives_directly() const {
    return incoming_ && staged().empty() && incoming_->received < incoming_->size;
}

MutableByteSpan V1Transport::receive_buffer() {
    if (failed_) return {};
    if (receives_directly()) {
        reserve_payload(incoming_->received + 1);
        return MutableByteSpan(incoming_->payload).subspan(incoming_->received);
    }
    // At most a partial header is left over here: next() has been called until it gave nothing.
    if (staging_.empty()) staging_.resize(kStagingBytes);
    const std::size_t left = staged_end_ - staged_begin_;
    if (staged_begin_ > 0) std::memmove(staging_.data(), staging_.data() + staged_begin_, left);
    staged_begin_ = 0;
    staged_end_ = left;
    KEEL_ASSERT(left < staging_.size());
    return MutableByteSpan(staging_).subspan(left);
}

void V1Transport::received(std::size_t n) {
    if (failed_ || n == 0) return;
    if (receives_directly()) {
        Incoming& in = *incoming_;
        KEEL_ASSERT(n <= in.payload.size() - in.received);
        in.hasher.write(ByteSpan(in.payload).subspan(in.received, n));
        in.received += n;
        return;
    }
    KEEL_ASSERT(n <= staging_.size() - staged_end_);
    staged_end_ += n;
}

Result<std::optional<TransportEvent>, TransportError> V1Transport::next() {
    if (failed_) return Failure<TransportError>(*failed_);
    if (!incoming_) {
        if (staged().size() < kV1HeaderBytes) return std::nullopt;
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
    const ByteSpan header = staged().first(kV1HeaderBytes);
    if (!equal(header.first(magic_.size()), magic_)) return TransportError::wrong_magic;
    Incoming in;
    in.size = load_le<std::uint32_t>(header.data() + kSizeOffset);
    if (in.size > kMaxPayloadBytes) return TransportError::payload_too_large;
    in.command = read_command(header.subspan(kCommandOffset, Command::kSize));
    std::memcpy(in.checksum.data(), header.data() + kChecksumOffset, in.checksum.size());
    incoming_ = std::move(in);
    staged_begin_ += kV1HeaderBytes;
    return std::nullopt;
}

// Moves what is staged of the payload under way.
void V1Transport::take_staged() {
    Incoming& in = *incoming_;
    const ByteSpan part = staged().first(std::min(staged().size(), in.size - in.received));
    if (part.empty()) return;
    reserve_payload(in.received + part.size());
    std::ranges::copy(part, in.payload.begin() + static_cast<std::ptrdiff_t>(in.received));
    in.hasher.write(part);
    in.received += part.size();
    staged_begin_ += part.size();
}

void V1Transport::reserve_payload(std::size_t needed) {
    Incoming& in = *incoming_;
    if (in.payload.size() >= needed) return;
    const std::size_t grown = std::min(in.size, std::max(kFirstPayloadBytes, 4 * in.payload.size()));
    in.payload.reserve(grown);  // exactly that; resize() alone might take more
    in.payload.resize(grown);
}

TransportEvent V1Transport::finish() {
    Incoming in = *std::move(incoming_);
    incoming_.reset();
    const std::size_t wire_bytes = kV1HeaderBytes + in.size;
    const RawHash hash = crypto::sha256(in.hasher.finish().span());
    if (!equal(hash.span().first(in.checksum.size()), in.checksum)) {
        return Discarded{Discarded::Why::checksum, wire_bytes};
    }
    if (!in.command) return Discarded{Discarded::Why::command, wire_bytes};
    return RawMessage{*in.command, std::move(in.payload), wire_bytes};
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
    output_.push_back(own(std::move(first)));
    if (!join) output_.push_back(message.payload);
}

std::vector<Payload> V1Transport::take_output() { return std::exchange(output_, {}); }

}  // namespace keel::wire
