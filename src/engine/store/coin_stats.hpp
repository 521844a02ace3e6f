// Statistics over the whole set of unspent outputs, as gettxoutsetinfo shows them, computed from a snapshot of the coin
// database on any thread.
//
// hash_serialized_3 and muhash equal those of Bitcoin Core for the same set. O(coins); memory O(1).
#pragma once

#include "crypto/muhash.hpp"
#include "crypto/sha256.hpp"
#include "engine/store/coin_format.hpp"

namespace keel::store {

enum class CoinHash : std::uint8_t { none, serialized, muhash };

struct CoinStats {
    std::optional<CoinState> state;  // which block the set belongs to
    std::uint64_t transactions = 0;  // with at least one unspent output
    std::uint64_t coins = 0;
    std::uint64_t bogo_size = 0;
    std::optional<Amount> total;  // none: overflow
    RawHash hash;                 // of the kind asked for; zero for none
};

// The bytes that both hashes take for one coin: outpoint, height * 2 + coinbase, amount, script.
void append_coin_for_hash(Bytes& out, const OutPoint& outpoint, const CoinView& coin);

// Goes through a snapshot in bounded steps, so that a stop is never far away.
class CoinStatsScan {
public:
    CoinStatsScan(std::unique_ptr<KvSnapshot> snapshot, CoinHash kind);
    ~CoinStatsScan();
    // Takes up to `coins` more. True: done, result() is final.
    [[nodiscard]] Result<bool, KvError> step(std::size_t coins);
    [[nodiscard]] const CoinStats& result() const { return stats_; }

private:
    [[nodiscard]] Result<void, KvError> add(ByteSpan key, ByteSpan value);

    std::unique_ptr<KvSnapshot> snapshot_;
    std::unique_ptr<KvIterator> iterator_;
    CoinHash kind_;
    CoinStats stats_;
    crypto::Sha256 serialized_;
    crypto::MuHash muhash_;
    Txid last_txid_;
    Bytes buffer_;
    bool started_ = false;
};

// The whole scan at once.
[[nodiscard]] Result<CoinStats, KvError> scan_coin_stats(const Kv& coins, CoinHash kind);

}  // namespace keel::store
