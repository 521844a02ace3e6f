// Proof of work: targets, work, and the difficulty that the next header must have.
//
// Everything is integer arithmetic on 256 bits and costs O(1), except next_work_required() on networks with the
// 20-minute rule, which may walk back over one retarget interval.
#pragma once

#include <optional>

#include "base/u256.hpp"
#include "rules/consensus/history.hpp"
#include "rules/primitives/params.hpp"

namespace keel::consensus {

using primitives::Params;
using primitives::ProofOfWorkParams;

// The expected number of hashes behind a chain. Sums stay far below 2^256: no chain of valid headers can overflow them.
class ChainWork {
public:
    constexpr ChainWork() = default;
    constexpr explicit ChainWork(const U256& hashes) : hashes_(hashes) {}

    [[nodiscard]] constexpr const U256& hashes() const { return hashes_; }
    ChainWork& operator+=(const ChainWork& more) {
        hashes_ += more.hashes_;
        return *this;
    }
    friend ChainWork operator+(ChainWork a, const ChainWork& b) { return a += b; }
    // `b` must not be larger than `a`.
    friend ChainWork operator-(const ChainWork& a, const ChainWork& b) { return ChainWork(a.hashes_ - b.hashes_); }
    friend bool operator==(const ChainWork&, const ChainWork&) = default;
    friend std::strong_ordering operator<=>(const ChainWork& a, const ChainWork& b) { return a.hashes_ <=> b.hashes_; }

private:
    U256 hashes_;
};

// What the 32 bits of a compact target say: a byte of exponent, a sign bit and 23 bits of mantissa. The value is taken
// modulo 2^256; `overflow` tells that it did not fit. Negative zero is not negative.
struct DecodedTarget {
    U256 value;
    bool negative = false;
    bool overflow = false;
};
DecodedTarget decode_compact(CompactTarget bits);
// The canonical compact form, rounded down to its 23 bits of mantissa.
CompactTarget encode_compact(const U256& target);

// The target a hash must not exceed, or nothing when the compact form is negative, zero, too large for 256 bits or
// above the limit.
std::optional<U256> valid_target(CompactTarget bits, const U256& limit);
bool check_proof_of_work(const BlockHash& hash, CompactTarget bits, const U256& limit);

// Expected hashes for one header: 2^256 / (target + 1); none for a compact form that is no target.
ChainWork block_work(CompactTarget bits);

// The only `bits` that a header of this time may have on top of `past`, which must not be empty.
// Main: a new target each interval from the time the last one took, by at most a factor of four. Testnet3 and testnet4:
// a header more than two spacings after its parent has the limit; others the last target that was not such an exception
// in this interval. Testnet4 (BIP94): the retarget starts from the first target of the interval. Regtest: never
// changes.
CompactTarget next_work_required(const PastHeaders& past, std::uint32_t header_time, const ProofOfWorkParams& pow);

// Whether a header at `height` can have `next` after a parent with `previous`, whatever the times between were. Always
// true where minimum-difficulty blocks are allowed. Used by header pre-sync, which keeps no history.
bool permitted_difficulty_transition(Height height, CompactTarget previous, CompactTarget next,
                                     const ProofOfWorkParams& pow);

// Seconds that it would take to make the work from `from` up to `to` at the difficulty of `tip_bits`; negative when
// `to` has less. Saturates at the limits of 64 bits.
std::int64_t equivalent_time(const ChainWork& from, const ChainWork& to, CompactTarget tip_bits,
                             const ProofOfWorkParams& pow);

}  // namespace keel::consensus
