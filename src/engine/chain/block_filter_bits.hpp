// BlockFilterBits: tells quickly whether a txid may belong to a block: which inputs spend outputs of their own block.
// A no is certain; a yes is wrong for at most a few in a hundred. A txid's own bits are its hash, which its maker can
// choose: the worst that comes of it is a coin read from disk later than it could have been.
#pragma once

#include <bitset>
#include <memory>

#include "rules/primitives/ids.hpp"

namespace keel::chain {

class BlockFilterBits {
public:
    explicit BlockFilterBits(std::span<const primitives::Txid> txids) : bits_(std::make_unique<Bits>()) {
        for (const primitives::Txid& txid : txids) {
            bits_->set(bit_of(txid));
        }
    }
    [[nodiscard]] bool may_contain(const primitives::Txid& txid) const { return bits_->test(bit_of(txid)); }

private:
    using Bits = std::bitset<std::size_t{1} << 17U>;
    static std::size_t bit_of(const primitives::Txid& txid) {
        return load_le<std::uint32_t>(txid.bytes.data() + 8) % (std::size_t{1} << 17U);
    }
    std::unique_ptr<Bits> bits_;
};

}  // namespace keel::chain
