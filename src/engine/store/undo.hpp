// Undo data: the coins that a block spent, in block order, in Bitcoin Core's format (CBlockUndo), so that the block can
// be disconnected.
//
// Format (docs/storage.md): CompactSize transactions (all but the coinbase), each a CompactSize of inputs, each a coin:
// varint(height * 2 + coinbase), one zero byte when height > 0, compressed output.
// Bounds: counts are checked against the bytes present before anything is allocated.
#pragma once

#include "engine/store/coin_format.hpp"

namespace keel::store {

// All spent coins of a block in one piece: flat, two allocations whatever the number of coins. Filled while connecting
// or from disk, immutable afterwards, shared by pointer with script checks.
class SpentCoins {
public:
    void clear();
    void reserve(std::size_t coins, std::size_t script_bytes);
    // Begins the next transaction. Must be called before the first add().
    void begin_tx();
    void add(const CoinView& coin);
    // The same with room for `script_bytes` to be filled by the caller before the next call.
    MutableByteSpan add_unfilled(Amount value, Height height, bool coinbase, std::size_t script_bytes);

    [[nodiscard]] std::size_t tx_count() const { return txs_.size(); }
    // Coins of one transaction, by position among those begun: 0 is the first after the coinbase.
    [[nodiscard]] std::size_t tx_size(std::size_t tx) const;
    [[nodiscard]] std::size_t tx_begin(std::size_t tx) const { return txs_[tx]; }
    [[nodiscard]] std::size_t size() const { return coins_.size(); }
    // All coins of all transactions in order.
    [[nodiscard]] CoinView operator[](std::size_t coin) const;
    [[nodiscard]] std::size_t memory_bytes() const;

    // Appends the undo payload (without file framing).
    void encode(Bytes& out) const;
    // Nothing when damaged or when bytes are left over.
    static std::optional<SpentCoins> decode(ByteSpan payload);

    bool operator==(const SpentCoins&) const;

private:
    struct Slot {
        Amount value;
        std::uint32_t height_code;  // height * 2 + coinbase
        std::uint32_t script_length;
        std::size_t script;
    };
    std::vector<std::uint32_t> txs_;  // index of each transaction's first coin
    std::vector<Slot> coins_;
    Bytes scripts_;
};

}  // namespace keel::store
