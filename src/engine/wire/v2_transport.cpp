#include "engine/wire/v2_transport.hpp"

#include "base/assert.hpp"
#include "base/hex.hpp"

namespace keel::wire {
namespace {

// BIP324 "Message type identifiers"; the number is the place. Those without a name are other proposals'.
constexpr std::array<std::string_view, 38> kShortIds{"",
                                                     "addr",
                                                     "block",
                                                     "blocktxn",
                                                     "cmpctblock",
                                                     "feefilter",
                                                     "filteradd",
                                                     "filterclear",
                                                     "filterload",
                                                     "getblocks",
                                                     "getblocktxn",
                                                     "getdata",
                                                     "getheaders",
                                                     "headers",
                                                     "inv",
                                                     "mempool",
                                                     "merkleblock",
                                                     "notfound",
                                                     "ping",
                                                     "pong",
                                                     "sendcmpct",
                                                     "tx",
                                                     "getcfilters",
                                                     "cfilter",
                                                     "getcfheaders",
                                                     "cfheaders",
                                                     "getcfcheckpt",
                                                     "cfcheckpt",
                                                     "addrv2",
                                                     "",
                                                     "",
                                                     "",
                                                     "",
                                                     "",
                                                     "",
                                                     "",
                                                     "",
                                                     "feature"};

// The start of a version message in the plain transport, behind the magic.
constexpr std::string_view kV1Version{"version\0\0\0\0\0", 12};

crypto::SecretKey make_secret(Rng& rng) {
    for (;;) {
        std::array<std::byte, 32> bytes;
        rng.fill(bytes);
        if (auto key = crypto::SecretKey::from_bytes(bytes)) return *std::move(key);
    }
}

std::optional<Command> long_command(ByteSpan field) {
    const std::string_view text = as_text(field);
    const std::size_t length = std::min(text.find('\0'), text.size());
    if (text.find_first_not_of('\0', length) != std::string_view::npos) return std::nullopt;
    return Command::from(text.substr(0, length));
}

}  // namespace

std::optional<std::byte> v2_short_id(std::string_view command) {
    const auto* found = std::ranges::find(kShortIds, command);
    if (command.empty() || found == kShortIds.end()) return std::nullopt;
    return static_cast<std::byte>(found - kShortIds.begin());
}

std::string_view v2_command(std::byte short_id) {
    const auto number = std::to_integer<std::size_t>(short_id);
    return number < kShortIds.size() ? kShortIds[number] : std::string_view();
}

std::size_t V2Transport::Incoming::head_size() const {
    const bool is_long = head[kV2HeaderBytes] == std::byte{0};
    return std::min(size, is_long ? kHeadMax : kV2HeaderBytes + 1);
}

ByteSpan V2Transport::Incoming::contents_head() const {
    return ByteSpan(head).subspan(kV2HeaderBytes, head_size() - kV2HeaderBytes);
}

V2Transport::V2Transport(const Settings& settings) : magic_(settings.magic), initiating_(settings.initiating) {
    Rng rng(settings.seed);
    secret_ = make_secret(rng);
    our_key_ = crypto::ellswift_public_key(*secret_, rng);
    our_garbage_.resize(static_cast<std::size_t>(rng.between(0, kMaxGarbageBytes)));
    rng.fill(our_garbage_);
    Bytes opening = to_bytes(our_key_);
    append(opening, our_garbage_);
    output(std::move(opening));
}

MutableByteSpan V2Transport::receive_buffer() {
    if (failed_) return {};
    return staging_.room();
}

void V2Transport::received(std::size_t n) {
    if (failed_) return;
    heard_ = heard_ || n > 0;
    staging_.filled(n);
}

TransportKind V2Transport::kind() const {
    return state_ == State::messages ? TransportKind::v2 : TransportKind::detecting;
}

std::optional<RawHash> V2Transport::session_id() const {
    if (state_ != State::messages) return std::nullopt;
    return cipher_->session_id();
}

std::vector<Payload> V2Transport::take_output() { return std::exchange(output_, {}); }

void V2Transport::fail(TransportError error, std::string text) {
    failed_ = error;
    failure_text_ = "V2 transport error: " + std::move(text);
    staging_.clear();
}

// ---- receiving ----

Result<std::optional<TransportEvent>, TransportError> V2Transport::next() {
    if (!failed_ && state_ == State::key) take_key();
    if (!failed_ && state_ == State::garbage) take_garbage();
    while (!failed_ && state_ >= State::version && take_packet()) {
        if (auto event = finish_packet()) return event;
    }
    if (failed_) return Failure<TransportError>(*failed_);
    return std::nullopt;
}

void V2Transport::take_key() {
    const ByteSpan staged = staging_.view();
    const std::size_t prefix = magic_.size() + kV1Version.size();
    if (!initiating_ && staged.size() >= prefix &&
        equal(staged.subspan(magic_.size(), kV1Version.size()), as_bytes(kV1Version))) {
        fail(TransportError::wrong_magic,
             "V1 peer with wrong MessageStart " + to_hex(ByteSpan(staging_.view()).first(magic_.size())));
        return;
    }
    if (staged.size() < crypto::kEllSwiftSize) return;
    crypto::EllSwift their_key;
    std::ranges::copy(staged.first(their_key.size()), their_key.begin());
    staging_.consume(their_key.size());
    cipher_.emplace(crypto::ellswift_shared_secret(*secret_, our_key_, their_key, initiating_), magic_, initiating_);
    secret_.reset();
    state_ = State::garbage;

    Bytes answer = to_bytes(cipher_->our_terminator());
    append(answer, cipher_->seal(std::byte{0}, {}, {}, our_garbage_));
    output(std::move(answer));
    our_garbage_ = {};
}

void V2Transport::take_garbage() {
    const GarbageTerminator& end = cipher_->their_terminator();
    // What was looked at before is in their_garbage_, the terminator's beginning included.
    std::size_t used = 0;
    for (const std::byte byte : staging_.view()) {
        their_garbage_.push_back(byte);
        ++used;
        const std::size_t size = their_garbage_.size();
        if (size < end.size()) continue;
        if (equal(ByteSpan(their_garbage_).last(end.size()), end)) {
            their_garbage_.resize(size - end.size());
            state_ = State::version;
            break;
        }
        if (size == kMaxGarbageBytes + end.size()) {
            fail(TransportError::no_garbage_terminator, "missing garbage terminator");
            return;
        }
    }
    staging_.consume(used);
}

bool V2Transport::take_packet() {
    if (!incoming_) {
        if (staging_.size() < kV2LengthBytes) return false;
        begin_packet();
        if (failed_) return false;
    }
    decrypt_staged();
    return incoming_->done == incoming_->size && staging_.size() >= kV2TagBytes;
}

void V2Transport::begin_packet() {
    std::array<std::byte, kV2LengthBytes> length;
    std::ranges::copy(staging_.view().first(length.size()), length.begin());
    staging_.consume(length.size());
    const std::size_t size = cipher_->open_length(length);
    if (size > kV2ContentsMax) {
        fail(TransportError::payload_too_large, "packet too large (" + std::to_string(size) + " bytes)");
        return;
    }
    Incoming packet;
    packet.size = kV2HeaderBytes + size;
    incoming_ = std::move(packet);
    cipher_->begin_packet(their_garbage_);
    their_garbage_ = {};
}

void V2Transport::decrypt_staged() {
    Incoming& in = *incoming_;
    while (in.done < in.size && staging_.size() > 0) {
        // First the two bytes that say how long the head is; what follows the head goes where it will stay.
        const std::size_t first = std::min(in.size, kV2HeaderBytes + 1);
        const std::size_t head = in.done < first ? first : in.head_size();
        const bool in_head = in.done < head;
        const std::size_t n = std::min(staging_.size(), (in_head ? head : in.size) - in.done);
        if (in_head) {
            cipher_->decrypt(staging_.view().first(n), MutableByteSpan(in.head).subspan(in.done));
        } else if (in.is_decoy() || state_ == State::version) {
            cipher_->decrypt(staging_.view().first(n), staging_.mutable_view());
        } else {
            const std::size_t at = in.done - head;
            grow_payload(in.payload, at + n, in.size - head);
            cipher_->decrypt(staging_.view().first(n), MutableByteSpan(in.payload).subspan(at));
        }
        staging_.consume(n);
        in.done += n;
    }
}

std::optional<TransportEvent> V2Transport::finish_packet() {
    crypto::FsChaCha20Poly1305::Tag tag;
    std::ranges::copy(staging_.view().first(tag.size()), tag.begin());
    staging_.consume(tag.size());
    Incoming packet = *std::move(incoming_);
    incoming_.reset();
    if (!cipher_->end_packet(tag)) {
        const std::size_t size = packet.size - kV2HeaderBytes;
        fail(TransportError::damaged_packet, "packet decryption failure (" + std::to_string(size) + " bytes)");
        return std::nullopt;
    }
    if (packet.is_decoy()) return std::nullopt;
    if (state_ == State::version) {
        state_ = State::messages;
        return std::nullopt;
    }
    return interpret(std::move(packet));
}

TransportEvent V2Transport::interpret(Incoming packet) {
    const std::size_t wire_bytes = packet.size - kV2HeaderBytes + kV2OverheadBytes;
    std::optional<Command> command;
    if (const ByteSpan head = packet.contents_head(); head.size() == 1) {
        command = Command::from(v2_command(head[0]));
    } else if (head.size() == 1 + Command::kSize) {
        command = long_command(head.subspan(1));
    }
    if (command) return RawMessage{*command, std::move(packet.payload), wire_bytes};
    return Discarded{Discarded::Why::command, wire_bytes,
                     "V2 transport error: invalid message type (" + std::to_string(packet.size - kV2HeaderBytes) +
                         " bytes contents)"};
}

// ---- sending ----

void V2Transport::send(const Encoded& message) {
    KEEL_ASSERT(can_send());
    KEEL_ASSERT(message.command.size() <= Command::kSize && message.payload.bytes.size() <= kMaxPayloadBytes);
    std::array<std::byte, 1 + Command::kSize> head{};
    std::size_t size = head.size();
    if (const auto short_id = v2_short_id(message.command)) {
        head[0] = *short_id;
        size = 1;
    } else {
        std::ranges::copy(as_bytes(message.command), head.begin() + 1);
    }
    output(cipher_->seal(std::byte{0}, ByteSpan(head).first(size), message.payload.bytes, {}));
}

void V2Transport::send_decoy(ByteSpan contents) {
    KEEL_ASSERT(can_send());
    output(cipher_->seal(kV2IgnoreBit, contents, {}, {}));
}

}  // namespace keel::wire
