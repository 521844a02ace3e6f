// SHA-256 (FIPS 180-4), double SHA-256, BIP340 tagged hashes, and bulk forms for merkle levels and transaction ids.
//
// Every function uses the fastest kernel the CPU offers (sha256_kernels.hpp); all kernels give the same results.
// Thread-safe: no shared state but a constant table. A Sha256 object belongs to one thread; copying it copies the
// midstate.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/bytes.hpp"
#include "base/hash256.hpp"

namespace keel::crypto {

class Sha256 {
public:
    Sha256();

    Sha256& write(ByteSpan data);
    // The hash of everything written. The object must not be written to afterwards.
    RawHash finish();

private:
    std::array<std::uint32_t, 8> state_;
    std::uint64_t length_ = 0;
    std::array<std::byte, 64> buffer_;
};

RawHash sha256(ByteSpan data);
// SHA-256 of the SHA-256.
RawHash sha256d(ByteSpan data);

// BIP340 "Design": SHA-256 that starts with SHA256(tag) twice. Keep tagged_hasher()'s result and copy it where the
// same tag is used often: building it costs two compressions.
Sha256 tagged_hasher(std::string_view tag);
RawHash tagged_hash(std::string_view tag, ByteSpan data);

// Double SHA-256 of out.size() consecutive 64-byte inputs: one merkle level. `in` must hold 64 bytes for each output;
// `out` may start where `in` starts (a level may be reduced in place).
void sha256d_64(std::span<RawHash> out, ByteSpan in);

// One message given as up to three pieces, so that a txid needs no copy (version, inputs and outputs, lock time).
using Pieces = std::array<ByteSpan, 3>;

// Double SHA-256 of each message; out.size() must equal messages.size().
void sha256d_many(std::span<const Pieces> messages, std::span<RawHash> out);

}  // namespace keel::crypto
