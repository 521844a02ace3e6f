// Undo data: the coins that a block spent, in block order, in Bitcoin Core's format (CBlockUndo), so that the block can
// be disconnected.
//
// Format (docs/storage.md): CompactSize transactions (all but the coinbase), each a CompactSize of inputs, each a coin:
// varint(height * 2 + coinbase), one zero byte when height > 0, compressed output.
// Bounds: counts are checked against the bytes present before anything is allocated.
#pragma once

#include "engine/store/coin_format.hpp"

namespace keel::store {

// All spent coins of a block in one piece: flat, a handful of allocations whatever the number of coins. Filled while
// connecting or from disk, immutable afterwards, shared by pointer with rule and script checks. Views into it stay
// valid for as long as it lives, also while it is filled and when it is moved.
class SpentCoins {
public:
    SpentCoins() = default;
    SpentCoins(SpentCoins&&) noexcept = default;
    SpentCoins& operator=(SpentCoins&&) noexcept = default;

    void clear();
    void reserve(std::size_t txs, std::size_t coins);
    // Begins the next transaction. Must be called before the first add().
    void begin_tx() { txs_.push_back(coins_.size()); }
    void add(const CoinView& coin);
    // The same with room for a script of `script_bytes` that the caller fills before the next call.
    MutableByteSpan add_unfilled(const CoinView& without_script, std::size_t script_bytes);

    // The coin of a coin database value. False, and nothing added, when damaged.
    [[nodiscard]] bool add_encoded(ByteSpan value);

    [[nodiscard]] std::size_t tx_count() const { return txs_.size(); }
    // Position in coins() of a transaction's first coin; transaction 0 is the first after the coinbase.
    [[nodiscard]] std::size_t tx_begin(std::size_t tx) const { return txs_[tx]; }
    [[nodiscard]] std::size_t tx_end(std::size_t tx) const;
    [[nodiscard]] std::size_t size() const { return coins_.size(); }
    // All coins of all transactions in order.
    [[nodiscard]] std::span<const CoinView> coins() const { return coins_; }
    [[nodiscard]] const CoinView& operator[](std::size_t coin) const { return coins_[coin]; }
    [[nodiscard]] std::size_t memory_bytes() const;

    // Appends the undo payload (without file framing).
    void encode(Bytes& out) const;
    // Nothing when damaged or when bytes are left over.
    static std::optional<SpentCoins> decode(ByteSpan payload);

    // Same transactions, coins and scripts.
    bool operator==(const SpentCoins& other) const;

private:
    MutableByteSpan allocate(std::size_t bytes);

    std::vector<std::size_t> txs_;
    std::vector<CoinView> coins_;
    std::vector<std::unique_ptr<std::byte[]>> chunks_;
    std::size_t chunk_bytes_ = 0;  // size of the last chunk
    std::size_t chunk_used_ = 0;
    std::size_t total_bytes_ = 0;  // of all chunks
};

}  // namespace keel::store
