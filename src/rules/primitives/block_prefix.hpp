// Blocks as people paste them.
#pragma once

#include "rules/primitives/block.hpp"

namespace keel::primitives {

// Like Block::parse() for a block with anything behind it, which is dropped.
[[nodiscard]] Result<BlockPtr, DecodeError> parse_block_prefix(Bytes raw);

}  // namespace keel::primitives
