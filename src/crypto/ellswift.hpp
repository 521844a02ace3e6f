// ElligatorSwift (BIP324): public keys as 64 bytes that cannot be told from random ones, and the key exchange over
// them.
//
// Every 64 bytes stand for the x coordinate of a point: u and t, 32 bytes each, both taken modulo the field's prime.
//
// Timing: encoding and decoding work on public keys and on random numbers that are published with them, so they need
// not take constant time, and do not. Multiplications with the private key are done by libsecp256k1 in constant time.
// Cost: decoding about 50 microseconds, encoding about 150, the exchange about 100.
#pragma once

#include "base/rng.hpp"
#include "crypto/secp.hpp"

namespace keel::crypto {

inline constexpr std::size_t kEllSwiftSize = 64;
using EllSwift = std::array<std::byte, kEllSwiftSize>;

// BIP324 "XSwiftEC": a valid x coordinate, whatever the bytes.
XOnlyKey ellswift_decode(const EllSwift& encoded);

// BIP324 "XSwiftEC inverse": the t for which (u, t) decodes to x; `which` picks one of the up to eight answers (0 to
// 7). Nothing when there is no such answer. x must be valid.
std::optional<std::array<std::byte, 32>> ellswift_inverse(const XOnlyKey& x, ByteSpan u, unsigned which);

// One of about 2^256 encodings of x, uniformly. x must be valid.
EllSwift ellswift_encode(const XOnlyKey& x, Rng& rng);
EllSwift ellswift_public_key(const SecretKey& secret, Rng& rng);

// BIP324 "ECDH": the hash of both public keys and the shared x coordinate, the same on both sides. `initiating` says
// whose key comes first.
RawHash ellswift_shared_secret(const SecretKey& ours, const EllSwift& our_key, const EllSwift& their_key,
                               bool initiating);

}  // namespace keel::crypto
