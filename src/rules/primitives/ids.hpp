// The strong types of the field: what a 32-byte hash or a number stands for.
#pragma once

#include <cstdint>

#include "base/hash256.hpp"
#include "base/strong.hpp"

namespace keel::primitives {

using Txid = Hash256<struct TxidTag>;            // hash of a transaction without its witness
using Wtxid = Hash256<struct WtxidTag>;          // hash with witness (BIP141); equals the txid where there is none
using BlockHash = Hash256<struct BlockHashTag>;  // double SHA-256 of the 80 header bytes
using MerkleRoot = Hash256<struct MerkleRootTag>;

// Distance from the genesis block, which has height 0. kNoHeight stands for "before genesis" or "never".
using Height = Strong<struct HeightTag, std::int32_t>;
inline constexpr Height kNoHeight{-1};

// BIP141: 4 * (bytes without witness) + (bytes of witness).
using Weight = Strong<struct WeightTag, std::int64_t>;

// The `nBits` form of a proof-of-work target.
using CompactTarget = Strong<struct CompactTargetTag, std::uint32_t>;

}  // namespace keel::primitives
