#include "rules/primitives/header.hpp"

#include "crypto/sha256.hpp"

namespace keel::primitives {

Header Header::read(Reader& in) {
    Header out;
    out.version = in.read<std::int32_t>();
    out.previous = in.read_hash<BlockHash>();
    out.merkle_root = in.read_hash<MerkleRoot>();
    out.time = in.read<std::uint32_t>();
    out.bits = CompactTarget(in.read<std::uint32_t>());
    out.nonce = in.read<std::uint32_t>();
    return out;
}

void Header::write(Writer& out) const { out.write_bytes(serialize()); }

std::array<std::byte, Header::kSize> Header::serialize() const {
    std::array<std::byte, kSize> out;
    store_le(out.data(), version);
    std::ranges::copy(previous.bytes, out.begin() + 4);
    std::ranges::copy(merkle_root.bytes, out.begin() + 36);
    store_le(out.data() + 68, time);
    store_le(out.data() + 72, bits.value());
    store_le(out.data() + 76, nonce);
    return out;
}

BlockHash Header::hash() const { return hash_cast<BlockHash>(crypto::sha256d(serialize())); }

}  // namespace keel::primitives
