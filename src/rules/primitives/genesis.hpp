// Genesis blocks, built from the few constants that tell them apart.
#pragma once

#include <string_view>

#include "rules/primitives/block.hpp"

namespace keel::primitives {

struct GenesisSpec {
    std::uint32_t time = 0;
    std::uint32_t nonce = 0;
    CompactTarget bits;
    std::int32_t version = 1;
    Amount reward{50 * kSatoshiPerBitcoin};
    std::string_view text;  // in the coinbase, at most 80 bytes
    Bytes pubkey;           // of the one output, which pays <pubkey> OP_CHECKSIG; at most 75 bytes
};

// The first block has one transaction: the text is pushed behind the two numbers that the first miner wrote there.
BlockPtr make_genesis(const GenesisSpec& spec);

}  // namespace keel::primitives
