#include "chain_data.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "base/assert.hpp"
#include "base/hex.hpp"
#include "testing/data.hpp"

namespace keel::conformance {

namespace {

namespace fs = std::filesystem;
using primitives::Header;
using primitives::Height;
using primitives::Reader;

// The fork of August 2012 began behind block 191,872 or so: what matters is that it is before BIP34 and after BIP16.
constexpr Height kForkHeight{191'872};

std::optional<Bytes> optional_file(fs::path path, std::string_view extension) {
    path.replace_extension(extension);
    return fs::exists(path) ? std::optional(testing::read_file(path)) : std::nullopt;
}

Height height_of(std::string_view file_name) {
    if (file_name.starts_with("main-") || file_name.starts_with("stale-")) {
        return kForkHeight;
    }
    file_name.remove_prefix(file_name.starts_with('~') ? 1 : 0);
    std::int32_t height = 0;
    const auto parsed = std::from_chars(file_name.data(), file_name.data() + file_name.size(), height);
    KEEL_ASSERT(parsed.ec == std::errc());
    return Height(height);
}

BlockFile load_block_file(const fs::path& path, const primitives::Params& params) {
    const std::string stem = path.stem().string();
    const auto hash = hash_from_hex<primitives::BlockHash>(stem.substr(stem.rfind('-') + 1));
    KEEL_ASSERT(hash.has_value());
    return {.name = path.parent_path().filename().string() + "/" + stem,
            .params = &params,
            .height = height_of(stem),
            .hash = *hash,
            .raw = testing::read_file(path),
            .spent_outputs = optional_file(path, ".prevouts"),
            .spent_origins = optional_file(path, ".coins")};
}

}  // namespace

const primitives::Params& params_of(std::string_view network) {
    if (network.starts_with("mainnet")) {
        return primitives::main_params();
    }
    if (network == "testnet3") {
        return primitives::testnet3_params();
    }
    if (network == "testnet4") {
        return primitives::testnet4_params();
    }
    if (network == "signet") {
        return primitives::signet_params();
    }
    KEEL_ASSERT(network == "regtest");
    return primitives::regtest_params();
}

std::vector<BlockFile> block_files(std::string_view folder) {
    const auto path = testing::data_path("blocks/" + std::string(folder));
    KEEL_ASSERT(path.has_value());
    std::vector<fs::path> paths;
    for (const auto& entry : fs::directory_iterator(*path)) {
        if (entry.path().extension() == ".blk") {
            paths.push_back(entry.path());
        }
    }
    std::ranges::sort(paths);
    std::vector<BlockFile> files;
    files.reserve(paths.size());
    for (const fs::path& file : paths) {
        files.push_back(load_block_file(file, params_of(folder)));
    }
    return files;
}

std::vector<BlockFile> all_block_files() {
    std::vector<BlockFile> all;
    for (const std::string_view folder : {"mainnet", "mainnet-fork-2012", "testnet3", "testnet4", "signet"}) {
        std::ranges::move(block_files(folder), std::back_inserter(all));
    }
    return all;
}

std::vector<primitives::BlockPtr> chain_blocks(std::string_view file, const primitives::Params& params) {
    const auto path = testing::data_path("chains/" + std::string(file));
    KEEL_ASSERT(path.has_value());
    const Bytes bytes = testing::read_file(*path);
    std::vector<primitives::BlockPtr> blocks;
    Reader in(bytes);
    while (in.remaining() > 0) {
        KEEL_ASSERT(equal(in.take(params.magic.size()), params.magic));
        const auto size = in.read<std::uint32_t>();
        auto block = primitives::Block::parse(to_bytes(in.take(size)));
        KEEL_ASSERT(in.ok() && block.has_value());
        blocks.push_back(*std::move(block));
    }
    return blocks;
}

Header parse_header(ByteSpan bytes) {
    KEEL_ASSERT(bytes.size() == Header::kSize);
    Reader in(bytes);
    return Header::read(in);
}

Header parse_header_hex(std::string_view hex) {
    const auto bytes = from_hex(hex);
    KEEL_ASSERT(bytes.has_value());
    return parse_header(*bytes);
}

std::vector<Header> headers_in(std::string_view file) {
    const auto path = testing::data_path("headers/" + std::string(file));
    KEEL_ASSERT(path.has_value());
    const Bytes bytes = testing::read_file(*path);
    KEEL_ASSERT(bytes.size() % Header::kSize == 0);
    std::vector<Header> headers;
    for (std::size_t at = 0; at < bytes.size(); at += Header::kSize) {
        headers.push_back(parse_header(ByteSpan(bytes).subspan(at, Header::kSize)));
    }
    return headers;
}

U256 from_decimal(std::string_view digits) {
    U256 out;
    for (const char digit : digits) {
        KEEL_ASSERT(digit >= '0' && digit <= '9');
        out = out * 10 + U256(static_cast<std::uint64_t>(digit - '0'));
    }
    return out;
}

U256 from_big_endian(ByteSpan bytes) {
    KEEL_ASSERT(bytes.size() <= 32);
    std::array<std::byte, 32> little{};
    std::ranges::reverse_copy(bytes, little.begin());
    return U256::from_le(little);
}

U256 from_big_endian_hex(std::string_view hex) {
    const auto bytes = from_hex(hex);
    KEEL_ASSERT(bytes.has_value());
    return from_big_endian(*bytes);
}

}  // namespace keel::conformance
