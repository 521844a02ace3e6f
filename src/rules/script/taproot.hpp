// The hashes of BIP341 script trees and the annex.
#pragma once

#include <cstdint>

#include "base/bytes.hpp"
#include "base/hash256.hpp"

namespace keel::script {

// BIP341 "Script validation rules": a control block is a leaf version with the output key's parity, the internal key,
// and 0 to 128 tree nodes.
inline constexpr std::size_t kControlBaseSize = 33;
inline constexpr std::size_t kControlNodeSize = 32;
inline constexpr std::size_t kControlNodesMax = 128;
inline constexpr std::uint8_t kTapscriptLeafVersion = 0xC0;
// A last witness element, of two or more, that starts so is the annex.
inline constexpr std::byte kAnnexTag{0x50};

bool is_control_block_size(std::size_t size);

RawHash tapleaf_hash(std::uint8_t leaf_version, ByteSpan script);
// Of two nodes in either order.
RawHash tapbranch_hash(const RawHash& a, const RawHash& b);
// The root that a leaf and a control block's nodes lead to. The control block's size must be valid.
RawHash taproot_merkle_root(ByteSpan control_block, const RawHash& leaf);

// What a signature covers of the annex (which includes its tag).
RawHash annex_hash(ByteSpan annex);

}  // namespace keel::script
