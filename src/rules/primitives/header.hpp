// The 80 bytes that a proof of work covers.
#pragma once

#include "base/result.hpp"
#include "rules/primitives/codec.hpp"
#include "rules/primitives/ids.hpp"

namespace keel::primitives {

struct Header {
    static constexpr std::size_t kSize = 80;

    std::int32_t version = 0;
    BlockHash previous;
    MerkleRoot merkle_root;
    std::uint32_t time = 0;  // seconds since 1970
    CompactTarget bits;
    std::uint32_t nonce = 0;

    bool operator==(const Header&) const = default;

    static Header read(Reader& in);
    void write(Writer& out) const;
    [[nodiscard]] std::array<std::byte, kSize> serialize() const;
    [[nodiscard]] BlockHash hash() const;
};

}  // namespace keel::primitives
