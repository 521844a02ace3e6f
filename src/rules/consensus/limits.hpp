// The numbers of consensus that are the same on every network.
#pragma once

#include <cstdint>

#include "rules/primitives/ids.hpp"

namespace keel::consensus {

inline constexpr std::int64_t kMaxBlockWeight = 4'000'000;  // BIP141
inline constexpr std::int64_t kMaxBlockSigopCost = 80'000;  // BIP141
inline constexpr std::int64_t kWitnessScale = 4;            // BIP141: weight of a byte outside the witness
inline constexpr std::int32_t kCoinbaseMaturity = 100;      // blocks until a coinbase output may be spent
inline constexpr std::size_t kCoinbaseScriptMin = 2;        // bytes of the coinbase's input script
inline constexpr std::size_t kCoinbaseScriptMax = 100;
inline constexpr std::int64_t kMaxFutureBlockTime = 2 * 3600;     // seconds ahead of our clock
inline constexpr std::int64_t kMaxTimewarp = 600;                 // BIP94, seconds
inline constexpr std::uint32_t kLockTimeThreshold = 500'000'000;  // lock times from here on are seconds since 1970

// BIP68: fields of an input's sequence number.
inline constexpr std::uint32_t kSequenceFinal = 0xFFFFFFFF;
inline constexpr std::uint32_t kSequenceDisabled = 1U << 31;
inline constexpr std::uint32_t kSequenceIsTime = 1U << 22;
inline constexpr std::uint32_t kSequenceMask = 0x0000FFFF;
inline constexpr unsigned kSequenceGranularity = 9;  // a unit of relative time is 2^9 seconds

// BIP34 makes duplicate coinbases impossible up to here; from here on coinbases of old blocks could come again.
inline constexpr primitives::Height kBip34ImpliesBip30Limit{1'983'702};

}  // namespace keel::consensus
