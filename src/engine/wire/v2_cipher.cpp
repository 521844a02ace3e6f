#include "engine/wire/v2_cipher.hpp"

#include "base/assert.hpp"
#include "crypto/hash.hpp"

namespace keel::wire {

using crypto::CipherKey;
using Direction = crypto::FsChaCha20Poly1305::Direction;

struct V2Cipher::Keys {
    CipherKey initiator_length{};
    CipherKey initiator_packet{};
    CipherKey responder_length{};
    CipherKey responder_packet{};
    std::array<std::byte, 2 * sizeof(GarbageTerminator)> terminators{};
    RawHash session_id;
};

V2Cipher::Keys V2Cipher::derive(const RawHash& secret, const Magic& magic) {
    Bytes salt = to_bytes(as_bytes("bitcoin_v2_shared_secret"));
    append(salt, magic);
    const auto make = [&](std::string_view info, MutableByteSpan out) {
        crypto::hkdf_sha256(secret.bytes, salt, as_bytes(info), out);
    };
    Keys out;
    make("initiator_L", out.initiator_length);
    make("initiator_P", out.initiator_packet);
    make("responder_L", out.responder_length);
    make("responder_P", out.responder_packet);
    make("garbage_terminators", out.terminators);
    make("session_id", out.session_id.bytes);
    return out;
}

V2Cipher::V2Cipher(const RawHash& secret, const Magic& magic, bool initiating)
    : V2Cipher(derive(secret, magic), initiating) {}

V2Cipher::V2Cipher(const Keys& keys, bool initiating)
    : session_id_(keys.session_id),
      send_length_(initiating ? keys.initiator_length : keys.responder_length),
      send_packet_(initiating ? keys.initiator_packet : keys.responder_packet, Direction::encrypt),
      receive_length_(initiating ? keys.responder_length : keys.initiator_length),
      receive_packet_(initiating ? keys.responder_packet : keys.initiator_packet, Direction::decrypt) {
    const ByteSpan both = keys.terminators;
    const ByteSpan initiators = both.first(sizeof(GarbageTerminator));
    const ByteSpan responders = both.subspan(sizeof(GarbageTerminator));
    std::ranges::copy(initiating ? initiators : responders, our_terminator_.begin());
    std::ranges::copy(initiating ? responders : initiators, their_terminator_.begin());
}

Bytes V2Cipher::seal(std::byte header, ByteSpan head, ByteSpan body, ByteSpan aad) {
    const std::size_t size = head.size() + body.size();
    KEEL_ASSERT(size < (std::size_t{1} << 24U));
    Bytes out(size + kV2OverheadBytes);
    const MutableByteSpan packet(out);
    std::array<std::byte, 4> length;
    store_le(length.data(), static_cast<std::uint32_t>(size));
    send_length_.crypt(ByteSpan(length).first(kV2LengthBytes), packet);
    send_packet_.begin(aad);
    std::size_t at = kV2LengthBytes;
    for (const ByteSpan part : {ByteSpan(&header, 1), head, body}) {
        send_packet_.update(part, packet.subspan(at));
        at += part.size();
    }
    std::ranges::copy(send_packet_.seal(), packet.begin() + static_cast<std::ptrdiff_t>(at));
    return out;
}

std::uint32_t V2Cipher::open_length(std::array<std::byte, kV2LengthBytes> bytes) {
    std::array<std::byte, 4> length{};
    receive_length_.crypt(bytes, length);
    return load_le<std::uint32_t>(length.data());
}

}  // namespace keel::wire
