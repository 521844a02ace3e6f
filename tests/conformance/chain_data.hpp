// Real blocks, chains and headers of the data folder.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/u256.hpp"
#include "rules/primitives/block.hpp"
#include "rules/primitives/params.hpp"

namespace keel::conformance {

// By the name of a folder of blocks or the first word of a file: mainnet, testnet3, testnet4, signet, regtest.
const primitives::Params& params_of(std::string_view network);

struct BlockFile {
    std::string name;  // for messages
    const primitives::Params* params = nullptr;
    primitives::Height height;
    primitives::BlockHash hash;  // as the file name says
    Bytes raw;
    std::optional<Bytes> spent_outputs;
    std::optional<Bytes> spent_origins;
};
// Every file below blocks/, in order of names; those of the fork of 2012 at the height its parents tell.
std::vector<BlockFile> all_block_files();
std::vector<BlockFile> block_files(std::string_view folder);

// The blocks of a file of records: magic, length, block.
std::vector<primitives::BlockPtr> chain_blocks(std::string_view file, const primitives::Params& params);

// 80 bytes each.
std::vector<primitives::Header> headers_in(std::string_view file);
primitives::Header parse_header(ByteSpan bytes);
primitives::Header parse_header_hex(std::string_view hex);

// Big numbers as JSON files write them, in decimal, and as tables do, in big-endian hex.
U256 from_decimal(std::string_view digits);
U256 from_big_endian(ByteSpan bytes);
U256 from_big_endian_hex(std::string_view hex);

}  // namespace keel::conformance
