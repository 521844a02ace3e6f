// The keys of one encrypted connection (BIP324 "Keys and session ID derivation" and "Overall packet encryption and
// decryption pseudocode").
//
// A packet is 3 bytes of encrypted length, then a header byte and contents under an authenticated cipher, then a tag.
// Both ciphers change their keys every 224 packets, each direction for itself.
#pragma once

#include "crypto/ellswift.hpp"
#include "crypto/fschacha.hpp"
#include "engine/wire/v1_transport.hpp"

namespace keel::wire {

inline constexpr std::size_t kV2LengthBytes = 3;
inline constexpr std::size_t kV2HeaderBytes = 1;
inline constexpr std::size_t kV2TagBytes = crypto::FsChaCha20Poly1305::kTagSize;
inline constexpr std::size_t kV2OverheadBytes = kV2LengthBytes + kV2HeaderBytes + kV2TagBytes;
inline constexpr std::byte kV2IgnoreBit{0x80};

using GarbageTerminator = std::array<std::byte, 16>;

class V2Cipher {
public:
    // `secret`: crypto::ellswift_shared_secret().
    V2Cipher(const RawHash& secret, const Magic& magic, bool initiating);

    [[nodiscard]] const RawHash& session_id() const { return session_id_; }
    [[nodiscard]] const GarbageTerminator& our_terminator() const { return our_terminator_; }
    [[nodiscard]] const GarbageTerminator& their_terminator() const { return their_terminator_; }

    // A whole packet whose contents are `head` and `body` behind each other: at most 2^24 - 1 bytes.
    Bytes seal(std::byte header, ByteSpan head, ByteSpan body, ByteSpan aad);

    // Receiving, in this order for each packet: the length of its contents; begin; what begins with the header byte, in
    // pieces (in place, if one likes); the tag. False: the packet, and so the connection, is damaged.
    std::uint32_t open_length(std::array<std::byte, kV2LengthBytes> bytes);
    void begin_packet(ByteSpan aad) { receive_packet_.begin(aad); }
    void decrypt(ByteSpan in, MutableByteSpan out) { receive_packet_.update(in, out); }
    [[nodiscard]] bool end_packet(const crypto::FsChaCha20Poly1305::Tag& tag) { return receive_packet_.check(tag); }

private:
    struct Keys;
    V2Cipher(const Keys& keys, bool initiating);
    static Keys derive(const RawHash& secret, const Magic& magic);

    RawHash session_id_;
    GarbageTerminator our_terminator_{};
    GarbageTerminator their_terminator_{};
    crypto::FsChaCha20 send_length_;
    crypto::FsChaCha20Poly1305 send_packet_;
    crypto::FsChaCha20 receive_length_;
    crypto::FsChaCha20Poly1305 receive_packet_;
};

}  // namespace keel::wire
