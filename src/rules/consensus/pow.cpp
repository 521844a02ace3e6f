#include "rules/consensus/pow.hpp"

#include <algorithm>
#include <limits>

#include "base/assert.hpp"

namespace keel::consensus {

namespace {

constexpr std::uint32_t kMantissaMask = 0x007FFFFF;
constexpr std::uint32_t kSignBit = 0x00800000;
constexpr int kMantissaBytes = 3;
constexpr std::int64_t kAdjustmentFactor = 4;  // a retarget changes the target by at most this factor

// `timespan` is positive. The product wraps at 2^256 as it does everywhere on the network.
U256 scaled(const U256& target, std::int64_t timespan, const ProofOfWorkParams& pow) {
    const U256 scaled =
        target * static_cast<std::uint64_t>(timespan) / U256(static_cast<std::uint64_t>(pow.target_timespan));
    return std::min(scaled, pow.limit);
}

CompactTarget last_regular_target(const PastHeaders& past, CompactTarget limit, std::int64_t interval) {
    CompactTarget found;
    past.walk_back(past.height(), [&](Height height, const HeaderFacts& header) {
        found = header.bits;
        return height.value() % interval != 0 && header.bits == limit;
    });
    return found;
}

CompactTarget retarget(const PastHeaders& past, const ProofOfWorkParams& pow) {
    const HeaderFacts last = past.last();
    if (pow.no_retargeting) {
        return last.bits;
    }
    const auto interval = static_cast<std::int32_t>(pow.interval());
    const HeaderFacts first = past.at(past.height() - (interval - 1));
    const std::int64_t took = std::int64_t{last.time} - std::int64_t{first.time};
    const std::int64_t timespan =
        std::clamp(took, pow.target_timespan / kAdjustmentFactor, pow.target_timespan * kAdjustmentFactor);
    // BIP94: on testnet4 the last header may have the limit as an exception; the first one never does.
    const CompactTarget base = pow.enforce_timewarp_rule ? first.bits : last.bits;
    return encode_compact(scaled(decode_compact(base).value, timespan, pow));
}

// What is left of a target after its compact form.
U256 rounded(const U256& target) { return decode_compact(encode_compact(target)).value; }

}  // namespace

DecodedTarget decode_compact(CompactTarget bits) {
    const int size = static_cast<int>(bits.value() >> 24U);
    std::uint32_t mantissa = bits.value() & kMantissaMask;
    DecodedTarget out;
    if (size <= kMantissaBytes) {
        mantissa >>= 8U * static_cast<unsigned>(kMantissaBytes - size);
        out.value = U256(mantissa);
    } else {
        out.value = U256(mantissa) << (8U * static_cast<unsigned>(size - kMantissaBytes));
    }
    out.negative = mantissa != 0 && (bits.value() & kSignBit) != 0;
    out.overflow = mantissa != 0 && (size > 34 || (mantissa > 0xFF && size > 33) || (mantissa > 0xFFFF && size > 32));
    return out;
}

CompactTarget encode_compact(const U256& target) {
    unsigned size = (target.bit_width() + 7) / 8;
    auto mantissa =
        static_cast<std::uint32_t>(size <= kMantissaBytes ? target.low64() << (8 * (kMantissaBytes - size))
                                                          : (target >> (8 * (size - kMantissaBytes))).low64());
    if ((mantissa & kSignBit) != 0) {
        mantissa >>= 8U;
        ++size;
    }
    return CompactTarget(mantissa | (size << 24U));
}

std::optional<U256> valid_target(CompactTarget bits, const U256& limit) {
    const DecodedTarget target = decode_compact(bits);
    if (target.negative || target.overflow || target.value.is_zero() || target.value > limit) {
        return std::nullopt;
    }
    return target.value;
}

bool check_proof_of_work(const BlockHash& hash, CompactTarget bits, const U256& limit) {
    const std::optional<U256> target = valid_target(bits, limit);
    return target && U256::from_le(hash.bytes) <= *target;
}

ChainWork block_work(CompactTarget bits) {
    const DecodedTarget target = decode_compact(bits);
    if (target.negative || target.overflow || target.value.is_zero()) {
        return {};
    }
    // 2^256 does not fit, but 2^256 / (target + 1) = (2^256 - target - 1) / (target + 1) + 1 does.
    return ChainWork(~target.value / (target.value + U256(1)) + U256(1));
}

CompactTarget next_work_required(const PastHeaders& past, std::uint32_t header_time, const ProofOfWorkParams& pow) {
    KEEL_ASSERT(past.height() >= Height(0));
    if (past.next_height().value() % pow.interval() == 0) {
        return retarget(past, pow);
    }
    const HeaderFacts last = past.last();
    if (!pow.allow_min_difficulty) {
        return last.bits;
    }
    const CompactTarget limit = encode_compact(pow.limit);
    if (std::int64_t{header_time} > std::int64_t{last.time} + 2 * pow.target_spacing) {
        return limit;
    }
    return last_regular_target(past, limit, pow.interval());
}

bool permitted_difficulty_transition(Height height, CompactTarget previous, CompactTarget next,
                                     const ProofOfWorkParams& pow) {
    if (pow.allow_min_difficulty) {
        return true;
    }
    if (height.value() % pow.interval() != 0) {
        return previous == next;
    }
    const U256 base = decode_compact(previous).value;
    const U256 target = decode_compact(next).value;
    return target >= rounded(scaled(base, pow.target_timespan / kAdjustmentFactor, pow)) &&
           target <= rounded(scaled(base, pow.target_timespan * kAdjustmentFactor, pow));
}

std::int64_t equivalent_time(const ChainWork& from, const ChainWork& to, CompactTarget tip_bits,
                             const ProofOfWorkParams& pow) {
    constexpr unsigned kMaxBits = 63;
    const bool forward = to > from;
    const U256 work = forward ? (to - from).hashes() : (from - to).hashes();
    const U256 per_block = block_work(tip_bits).hashes();
    KEEL_ASSERT(!per_block.is_zero());
    const U256 time = work * static_cast<std::uint64_t>(pow.target_spacing) / per_block;
    const std::int64_t magnitude = time.bit_width() > kMaxBits ? std::numeric_limits<std::int64_t>::max()
                                                               : static_cast<std::int64_t>(time.low64());
    return forward ? magnitude : -magnitude;
}

}  // namespace keel::consensus
