// Short transaction ids of compact blocks, BIP152 "Short transaction IDs", version 2 (wtxids).
#pragma once

#include "crypto/siphash.hpp"
#include "engine/wire/messages.hpp"

namespace keel::wire {

// SipHash key of one compact block: the first 16 bytes of SHA-256(header || nonce).
crypto::SipKey short_id_key(const Header& header, std::uint64_t nonce);
// The low 48 bits of SipHash-2-4(key, wtxid).
ShortId short_id(crypto::SipKey key, const Wtxid& wtxid);
// A compact block of all of `block`, with the coinbase prefilled.
CompactBlock make_compact_block(const primitives::Block& block, std::uint64_t nonce);

}  // namespace keel::wire
