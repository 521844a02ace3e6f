#include "engine/wire/compact_block.hpp"

#include "base/assert.hpp"
#include "crypto/sha256.hpp"

namespace keel::wire {

crypto::SipKey short_id_key(const Header& header, std::uint64_t nonce) {
    std::array<std::byte, 8> nonce_bytes;
    store_le(nonce_bytes.data(), nonce);
    const RawHash hash = crypto::Sha256().write(header.serialize()).write(nonce_bytes).finish();
    return {load_le<std::uint64_t>(hash.bytes.data()), load_le<std::uint64_t>(hash.bytes.data() + 8)};
}

ShortId short_id(crypto::SipKey key, const Wtxid& wtxid) { return crypto::siphash(key, wtxid) & 0xFFFF'FFFF'FFFFU; }

CompactBlock make_compact_block(const primitives::Block& block, std::uint64_t nonce) {
    CompactBlock out;
    out.header = block.header();
    out.nonce = nonce;
    const auto wtxids = block.txs().wtxids();
    if (wtxids.empty()) return out;
    auto coinbase = primitives::Tx::parse(to_bytes(block.tx(0).raw()));
    KEEL_ASSERT(coinbase.has_value());  // the same bytes were parsed as part of the block
    out.prefilled.push_back({0, *std::move(coinbase)});
    const crypto::SipKey key = short_id_key(out.header, nonce);
    out.short_ids.reserve(wtxids.size() - 1);
    for (const Wtxid& wtxid : wtxids.subspan(1)) {
        out.short_ids.push_back(short_id(key, wtxid));
    }
    return out;
}

}  // namespace keel::wire
