// A pool on a chain that exists only as headers and a map of coins. Tests and fuzz targets of this room only.
#pragma once

#include <map>

#include "engine/headers/tree.hpp"
#include "engine/mempool/pool.hpp"
#include "rules/primitives/params.hpp"

namespace keel::mempool {

class CoinMap final : public CoinSource {
public:
    OrDisk<std::vector<std::optional<primitives::Coin>>> find(std::span<const OutPoint> outpoints) override {
        std::vector<std::optional<primitives::Coin>> out;
        for (const OutPoint& outpoint : outpoints) {
            const auto found = coins.find(outpoint);
            out.push_back(found == coins.end() ? std::nullopt : std::optional(found->second));
        }
        return out;
    }
    std::map<OutPoint, primitives::Coin> coins;
};

// OP_TRUE behind some OP_NOP, which make the transaction large enough: standardness is off in most tests, so that
// nothing has to be signed.
inline Bytes anyone() {
    Bytes script(8, std::byte{0x61});
    script.push_back(std::byte{0x51});
    return script;
}

inline Options loose_options() {
    Options options;
    options.policy.require_standard = false;
    return options;
}

class Lab {
public:
    static constexpr std::int32_t kHeight = 150;

    explicit Lab(const Options& options = loose_options()) : view(options), pool(options, view, logger_) {
        primitives::Header header = primitives::regtest_params().genesis->header();
        for (std::int32_t i = 0; i < kHeight; ++i) {
            extend(header);
        }
        now = unix_time(header.time + 1);
    }

    // A confirmed coin that anyone can spend.
    OutPoint fund(std::int64_t satoshi, std::int32_t height = 1) {
        OutPoint outpoint;
        outpoint.txid.bytes[0] = std::byte{0xF0};
        store_le(outpoint.txid.bytes.data() + 8, ++funded_);
        source.coins[outpoint] = {Amount(satoshi), Height(height), false, anyone()};
        return outpoint;
    }
    // Spends these outpoints into outputs of these values; anyone can spend them again.
    static primitives::MutableTx make(const std::vector<OutPoint>& from, const std::vector<std::int64_t>& values) {
        primitives::MutableTx tx;
        for (const OutPoint& outpoint : from) {
            tx.inputs.push_back({.prevout = outpoint, .script_sig = {}, .sequence = 0xFFFFFFFD, .witness = {}});
        }
        for (const std::int64_t value : values) {
            tx.outputs.push_back({.value = Amount(value), .script = anyone()});
        }
        return tx;
    }
    static TxPtr tx(const std::vector<OutPoint>& from, const std::vector<std::int64_t>& values) {
        return make(from, values).freeze();
    }
    static OutPoint output(const TxPtr& tx, std::uint32_t index = 0) { return {tx->txid(), index}; }

    TxResult give(const TxPtr& tx, const Pool::Submission& submission = {}) {
        return *pool.accept(tx, submission, state());
    }
    // "" when accepted, else the reject reason.
    std::string why(const TxPtr& tx, const Pool::Submission& submission = {}) {
        const TxResult result = give(tx, submission);
        return result.reject ? result.reject->reason() : std::string();
    }
    [[nodiscard]] ChainState state() { return {*tip, source, now}; }
    [[nodiscard]] bool has(const TxPtr& tx) const { return view.contains(tx->txid()); }

    // A block of these transactions on the tip: coins, tip and pool follow.
    primitives::BlockPtr connect(const std::vector<TxPtr>& txs) {
        primitives::Header header = tip->header();
        extend(header);
        primitives::MutableTx coinbase;
        coinbase.inputs.resize(1);
        coinbase.inputs[0].prevout.index = OutPoint::kNullIndex;
        coinbase.inputs[0].script_sig = Bytes(4, std::byte{1});
        store_le(coinbase.inputs[0].script_sig.data(), tip->height().value());
        coinbase.outputs.push_back({.value = Amount(50), .script = anyone()});
        std::vector<TxPtr> all = {coinbase.freeze()};
        all.insert(all.end(), txs.begin(), txs.end());
        const auto block = primitives::Block::assemble(tip->header(), all);
        for (const TxPtr& each : all) {
            spend_and_create(each->view());
        }
        pool.block_connected(*block, now);
        blocks_.push_back(block);
        return block;
    }
    // Takes the newest block of connect() off again. Call settle() when all are off.
    void disconnect() {
        const auto block = blocks_.back();
        blocks_.pop_back();
        for (std::size_t i = block->tx_count(); i-- > 0;) {
            const primitives::TxView view_of = block->tx(i);
            for (std::size_t n = 0; n < view_of.output_count(); ++n) {
                source.coins.erase({view_of.txid(), static_cast<std::uint32_t>(n)});
            }
            for (std::size_t n = 0; i > 0 && n < view_of.input_count(); ++n) {
                source.coins.insert(spent_.extract(view_of.input(n).prevout()));
            }
        }
        pool.block_disconnected(*block, tip->height());
        tip = tip->previous();
    }
    void settle() {
        while (!*pool.reorganized(state())) {
        }
    }

    headers::Tree tree{primitives::regtest_params().genesis->header()};
    const headers::Node* tip = &tree.genesis();
    CoinMap source;
    UnixTime now;
    View view;
    Pool pool;

private:
    void extend(primitives::Header& header) {
        header.previous = tip->hash();
        header.time += 600;
        header.nonce = ++nonce_;
        tip = &tree.insert(header, *tip);
    }
    void spend_and_create(primitives::TxView each) {
        for (std::size_t n = 0; !each.is_coinbase() && n < each.input_count(); ++n) {
            spent_.insert(source.coins.extract(each.input(n).prevout()));
        }
        for (std::size_t n = 0; n < each.output_count(); ++n) {
            source.coins[{each.txid(), static_cast<std::uint32_t>(n)}] = {
                each.output(n).value(), tip->height(), each.is_coinbase(), to_bytes(each.output(n).script())};
        }
    }

    NullLogger logger_;
    std::uint64_t funded_ = 0;
    std::uint32_t nonce_ = 0;
    std::map<OutPoint, primitives::Coin> spent_;
    std::vector<primitives::BlockPtr> blocks_;
};

}  // namespace keel::mempool
