// MuHash3072: a hash of a set that is updated by adding and removing elements in any order.
//
// Each element becomes a number (SHA-256 of its bytes keys a ChaCha20 stream of 384 bytes); the set is their product
// modulo the prime 2^3072 - 1103717, kept as a fraction so that removal needs no inverse until finalize(). The result
// equals the `muhash` of other node software's UTXO statistics. Inserting costs about 2 microseconds, finalize() about
// 100. Elements form a multiset: inserting twice differs from inserting once.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "base/hash256.hpp"

namespace keel::crypto {

class MuHash {
public:
    static constexpr std::size_t kStateSize = 768;

    MuHash();  // the empty set

    void insert(ByteSpan element);
    void remove(ByteSpan element);
    // The union and difference of multisets, for partial results computed in parallel.
    void insert_all(const MuHash& other);
    void remove_all(const MuHash& other);

    [[nodiscard]] RawHash finalize() const;

    // Numerator and denominator, 384 little-endian bytes each.
    [[nodiscard]] std::array<std::byte, kStateSize> state() const;
    // Numbers above the modulus are reduced. Nothing unless exactly kStateSize bytes, or when a number is a multiple of
    // the modulus, which no set has.
    static std::optional<MuHash> from_state(ByteSpan state);

private:
    static constexpr std::size_t kLimbs = 48;
    using Number = std::array<std::uint64_t, kLimbs>;  // least significant first, not always below the modulus

    static Number number_of(ByteSpan element);
    static void multiply(Number& a, const Number& b);
    static void reduce(Number& a);

    Number numerator_;
    Number denominator_;
};

}  // namespace keel::crypto
