// The saved pool (mempool.dat), in the format that Bitcoin Core reads and writes:
//
//   u64       version: 1, or 2 where everything behind the key is XORed with it
//   version 2 only: CompactSize 8 and the key, 8 bytes; byte n of the file is XORed with byte n mod 8 of the key
//   u64       number of transactions; for each:
//               transaction (BIP144), i64 time of entry (seconds since 1970), i64 fee delta (satoshi)
//   CompactSize, then for each: txid, i64 fee delta     (of transactions that are not in the pool)
//   CompactSize, then for each: txid                    (not yet asked for by a peer)
//
// Parents come before children. All integers are little-endian.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <set>

#include "engine/mempool/view.hpp"

namespace keel::mempool {

struct SavedTx {
    TxPtr tx;
    UnixTime time;
    Amount delta;
};

struct SavedPool {
    std::vector<SavedTx> txs;
    std::map<Txid, Amount> deltas;
    std::set<Txid> unbroadcast;

    // What the view shows.
    static SavedPool of(const View& view);
};

using SavedPoolKey = std::array<std::byte, 8>;

// Without a key: version 1.
Bytes encode(const SavedPool& pool, const std::optional<SavedPoolKey>& key);
// Never allocates for more than the bytes can hold. Unknown versions are malformed.
Result<SavedPool, primitives::DecodeError> decode_saved_pool(Bytes bytes);

}  // namespace keel::mempool
