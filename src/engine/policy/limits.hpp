// The numbers of policy: what this node relays and mines, as other nodes do, beyond what consensus asks.
#pragma once

#include <optional>

#include "engine/policy/fee_rate.hpp"

namespace keel::policy {

// One transaction.
inline constexpr std::int64_t kTxWeightMax = 400'000;
inline constexpr std::size_t kTxStrippedSizeMin = 65;  // 64 bytes could pass for an inner merkle node (CVE-2017-12842)
inline constexpr std::size_t kScriptSigMax = 1'650;    // 15-of-15 P2SH multisig with compressed keys, and a bit
inline constexpr std::uint32_t kVersionMin = 1;
inline constexpr std::uint32_t kVersionMax = 3;
inline constexpr std::size_t kBareMultisigKeysMax = 3;
inline constexpr std::size_t kDustOutputsMax = 1;
inline constexpr std::int64_t kP2shSigopsMax = 15;
inline constexpr std::int64_t kSigopCostMax = 16'000;    // a fifth of a block
inline constexpr std::int64_t kLegacySigopsMax = 2'500;  // BIP54
inline constexpr std::size_t kWitnessScriptMax = 3'600;
inline constexpr std::size_t kWitnessItemsMax = 100;
inline constexpr std::size_t kWitnessItemSizeMax = 80;
inline constexpr std::size_t kTapscriptItemSizeMax = 80;

// BIP431.
inline constexpr std::uint32_t kTrucVersion = 3;
inline constexpr std::int64_t kTrucVsizeMax = 10'000;
inline constexpr std::int64_t kTrucChildVsizeMax = 1'000;
inline constexpr std::size_t kTrucAncestorsMax = 2;    // the transaction itself included
inline constexpr std::size_t kTrucDescendantsMax = 2;  // likewise

// Packages.
inline constexpr std::size_t kPackageCountMax = 25;
inline constexpr std::int64_t kPackageWeightMax = 404'000;

// Distinct clusters that a replacement may touch.
inline constexpr std::size_t kReplacedClustersMax = 100;

// What users can set.
struct Policy {
    bool require_standard = true;
    // Bytes of data-carrying output scripts in one transaction; nothing: no such output.
    std::optional<std::size_t> datacarrier_bytes = 100'000;
    bool permit_bare_multisig = true;
    std::int64_t bytes_per_sigop = 20;
    FeeRate min_relay = FeeRate::per_kvb(Amount(100));
    FeeRate incremental = FeeRate::per_kvb(Amount(100));
    FeeRate dust = FeeRate::per_kvb(Amount(3000));
};

// A transaction with many signature checks counts as larger than it is, so that blocks cannot be filled with checks
// alone. In weight units, and in virtual bytes rounded up.
constexpr std::int64_t adjusted_weight(std::int64_t weight, std::int64_t sigop_cost, std::int64_t bytes_per_sigop) {
    const std::int64_t of_sigops = sigop_cost * bytes_per_sigop;
    return weight > of_sigops ? weight : of_sigops;
}
constexpr std::int64_t virtual_size(std::int64_t weight) { return (weight + 3) / 4; }

}  // namespace keel::policy
