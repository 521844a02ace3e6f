#include "rules/script/taproot.hpp"

#include "base/assert.hpp"
#include "rules/script/hash_writer.hpp"

namespace keel::script {

bool is_control_block_size(std::size_t size) {
    return size >= kControlBaseSize && size <= kControlBaseSize + kControlNodesMax * kControlNodeSize &&
           (size - kControlBaseSize) % kControlNodeSize == 0;
}

RawHash tapleaf_hash(std::uint8_t leaf_version, ByteSpan script) {
    static const crypto::Sha256 kStart = crypto::tagged_hasher("TapLeaf");
    return HashWriter(kStart).integer(leaf_version).var_bytes(script).single_hash();
}

RawHash tapbranch_hash(const RawHash& a, const RawHash& b) {
    static const crypto::Sha256 kStart = crypto::tagged_hasher("TapBranch");
    const bool in_order = compare(a.bytes, b.bytes) < 0;
    return HashWriter(kStart).hash(in_order ? a : b).hash(in_order ? b : a).single_hash();
}

RawHash taproot_merkle_root(ByteSpan control_block, const RawHash& leaf) {
    KEEL_ASSERT(is_control_block_size(control_block.size()));
    RawHash node = leaf;
    for (std::size_t at = kControlBaseSize; at < control_block.size(); at += kControlNodeSize) {
        node = tapbranch_hash(node, RawHash::from(&control_block[at]));
    }
    return node;
}

RawHash annex_hash(ByteSpan annex) { return HashWriter().var_bytes(annex).single_hash(); }

}  // namespace keel::script
