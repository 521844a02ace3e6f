// A node made of maps, for the tests of this room: blocks connect without any rule being checked.
#pragma once

#include <map>

#include "base/hex.hpp"
#include "engine/store/coin_format.hpp"
#include "engine/store/memory_kv.hpp"
#include "front/rpc/dispatcher.hpp"
#include "rules/script/script.hpp"

namespace keel::rpc {

using headers::Node;

class FakeNode final : public api::ChainReader,
                       public api::NodeCommands,
                       public api::PeersReader,
                       public api::Pool,
                       public api::Mining,
                       public api::LogControl {
public:
    explicit FakeNode(const primitives::Params& params)
        : params_(params), tree_(params.genesis->header()), tip_(&tree_.genesis()) {
        blocks_[params.genesis->hash()] = to_bytes(params.genesis->raw());
        tree_.set_data(tree_.genesis(), {}, 1);
        tree_.set_connected(tree_.genesis());
    }

    // Connects a block whose parent is known; it becomes the tip when it extends it.
    const Node& add(const primitives::BlockPtr& block) {
        const Node& node = tree_.insert(block->header(), *tree_.find(block->header().previous));
        blocks_[block->hash()] = to_bytes(block->raw());
        tree_.set_data(node, {}, static_cast<std::uint32_t>(block->tx_count()));
        if (node.previous() == tip_) {
            connect(*block, node);
            tip_ = &node;
        }
        return node;
    }

    NodeAccess access() { return {*this, *this, *this, *this, *this, *this}; }

    // ---- Mining ----
    [[nodiscard]] const api::MiningOptions& options() const override { return mining_options; }
    void select_txs(api::Reply<api::SelectedTxs> reply) override {
        api::SelectedTxs selected{.tip = tip_, .selection = {}};
        selected.selection.weight = mining_options.limits.reserved_weight;
        reply(std::move(selected));
    }
    void fee_estimates(api::Reply<std::shared_ptr<const api::FeeEstimates>> reply) override {
        reply(std::make_shared<const api::FeeEstimates>(estimates));
    }

    // ---- ChainReader ----
    [[nodiscard]] const primitives::Params& params() const override { return params_; }
    [[nodiscard]] const headers::Tree& tree() const override { return tree_; }
    [[nodiscard]] const Node& tip() const override { return *tip_; }
    [[nodiscard]] UnixTime now() const override { return time; }
    [[nodiscard]] Result<Bytes, api::ReadFailure> read_block(const Node& node) const override {
        const auto found = blocks_.find(node.hash());
        if (found == blocks_.end()) {
            return std::unexpected(api::ReadFailure::not_stored);
        }
        return found->second;
    }
    [[nodiscard]] Result<store::SpentCoins, api::ReadFailure> read_undo(const Node& node) const override {
        const auto found = undo_.find(node.hash());
        if (found == undo_.end()) {
            return std::unexpected(api::ReadFailure::not_stored);
        }
        return *store::SpentCoins::decode(found->second);
    }
    [[nodiscard]] bool initial_download() const override { return false; }
    [[nodiscard]] bool loading() const override { return false; }
    [[nodiscard]] api::PruneStatus prune_status() const override { return prune; }
    [[nodiscard]] std::uint64_t size_on_disk() const override { return 1'234; }
    [[nodiscard]] std::vector<std::string> warnings() const override { return {}; }
    [[nodiscard]] const Node& wait_for_tip(const Node&, milliseconds) const override { return *tip_; }
    [[nodiscard]] bool stopping() const override { return stop_requested; }

    // ---- NodeCommands ----
    void submit_block(primitives::BlockPtr block, api::Reply<api::BlockVerdict> reply) override {
        if (tree_.find(block->hash()) != nullptr) {
            return reply({api::BlockOutcome::duplicate, {}});
        }
        if (tree_.find(block->header().previous) == nullptr) {
            return reply({api::BlockOutcome::stored, {}});
        }
        const Node& node = add(block);
        reply({&node == tip_ ? api::BlockOutcome::connected : api::BlockOutcome::stored, {}});
    }
    void submit_header(const primitives::Header& header, api::Reply<std::optional<consensus::Reject>> reply) override {
        tree_.insert(header, *tree_.find(header.previous));
        reply(std::nullopt);
    }
    void invalidate_block(const Node& node, api::Reply<api::Done> reply) override { change(node, "invalidate", reply); }
    void reconsider_block(const Node& node, api::Reply<api::Done> reply) override { change(node, "reconsider", reply); }
    void precious_block(const Node& node, api::Reply<api::Done> reply) override { change(node, "precious", reply); }
    void prune_to(primitives::Height height, api::Reply<api::Done> reply) override {
        prune.pruned_height = height.value();
        reply({});
    }
    void find_coins(std::vector<primitives::OutPoint> outpoints, api::Reply<api::FoundCoins> reply) override {
        api::FoundCoins out;
        for (const primitives::OutPoint& outpoint : outpoints) {
            const auto found = coins_.find(outpoint);
            out.coins.push_back(found == coins_.end() ? std::nullopt : std::optional(found->second));
        }
        out.tip = tip_;
        reply(std::move(out));
    }
    void snapshot_coins(api::Reply<Result<api::CoinSet, std::string>> reply) override {
        store::KvBatch batch;
        database_ = std::make_unique<store::MemoryKv>(store::coin_families().size());
        for (const auto& [outpoint, coin] : coins_) {
            Bytes value;
            store::encode_coin(value, coin.view());
            batch.put(store::kCoinFamily, store::CoinKey(outpoint).span(), value);
        }
        batch.put(store::kCoinMetaFamily, store::coin_state_key(),
                  store::encode_coin_state({tip_->hash(), tip_->height(), 1, coins_.size()}));
        (void)database_->write(batch, store::KvSync::no);
        reply(api::CoinSet{database_->snapshot(), tip_, 99});
    }
    void settle(api::Reply<api::Done> reply) override { reply({}); }
    void add_node(std::string target, api::AddNodeMode mode, std::optional<bool> /*use_v2*/,
                  api::Reply<p2p::ControlFailure> reply) override {
        const bool known = std::erase(added, target) > 0;
        if (mode != api::AddNodeMode::remove) {
            added.push_back(std::move(target));
        }
        reply(known && mode == api::AddNodeMode::add       ? p2p::ControlFailure::already_added
              : !known && mode == api::AddNodeMode::remove ? p2p::ControlFailure::not_added
                                                           : p2p::ControlFailure::none);
    }
    void disconnect(p2p::PeerId peer, api::Reply<p2p::ControlFailure> reply) override {
        std::erase_if(state.peers, [&](const api::Peer& each) { return each.stats.peer == peer; });
        reply(p2p::ControlFailure::none);
    }
    void set_network_active(bool active, api::Reply<p2p::ControlFailure> reply) override {
        state.network_active = active;
        reply(p2p::ControlFailure::none);
    }
    void ping_all(api::Reply<p2p::ControlFailure> reply) override { reply(p2p::ControlFailure::none); }
    void set_mock_time(std::int64_t seconds_since_1970) override { time = unix_time(seconds_since_1970); }
    void request_stop() override { stop_requested = true; }

    // ---- PeersReader, LogControl ----
    void peers(api::Reply<api::PeersState> reply) const override {
        if (!drop_replies) {
            reply(state);
        }
    }
    [[nodiscard]] const api::NetworkFacts& network() const override { return facts; }
    [[nodiscard]] std::vector<std::pair<std::string, bool>> categories() const override { return {{"net", net_log}}; }
    bool set(std::string_view category, bool on) override {
        net_log = category == "net" ? on : net_log;
        return category == "net";
    }
    [[nodiscard]] std::string path() const override { return "/tmp/debug.log"; }

    // ---- Pool: an empty one ----
    [[nodiscard]] const mempool::View& view() const override { return pool_view_; }
    void submit(primitives::TxPtr, const mempool::Pool::Submission&, api::Reply<mempool::TxResult> reply) override {
        reply({});
    }
    void submit_package(api::PackageToSubmit, api::Reply<mempool::PackageResult> reply) override { reply({}); }
    void prioritise(const primitives::Txid&, primitives::Amount, api::Reply<api::Done> reply) override { reply({}); }
    [[nodiscard]] Result<std::string, std::string> save() override { return "/tmp/mempool.dat"; }
    [[nodiscard]] Result<void, std::string> load(const std::string&, const api::PoolImport&) override { return {}; }

    UnixTime time = unix_time(1'700'000'000);
    api::PruneStatus prune;
    bool stop_requested = false;
    bool drop_replies = false;
    bool net_log = false;
    std::vector<std::string> added;
    std::vector<std::string> changes;  // "invalidate <hash>", ...
    api::PeersState state;
    api::NetworkFacts facts;
    api::MiningOptions mining_options;
    api::FeeEstimates estimates;

private:
    void change(const Node& node, const char* what, const api::Reply<api::Done>& reply) {
        changes.push_back(std::string(what) + " " + to_hex(node.hash()));
        reply({});
    }

    void connect(const primitives::Block& block, const Node& node) {
        store::SpentCoins spent;
        for (std::size_t i = 0; i < block.tx_count(); ++i) {
            const primitives::TxView tx = block.tx(i);
            if (i > 0) {
                spend(tx, spent);
            }
            for (std::size_t n = 0; n < tx.output_count(); ++n) {
                const primitives::OutputView output = tx.output(n);
                if (!script::is_unspendable(output.script())) {
                    coins_[{tx.txid(), static_cast<std::uint32_t>(n)}] = {output.value(), node.height(), i == 0,
                                                                          to_bytes(output.script())};
                }
            }
        }
        spent.encode(undo_[block.hash()]);
        tree_.set_undo(node, {});
        tree_.set_connected(node);
    }

    void spend(primitives::TxView tx, store::SpentCoins& spent) {
        spent.begin_tx();
        for (std::size_t n = 0; n < tx.input_count(); ++n) {
            const auto coin = coins_.find(tx.input(n).prevout());
            spent.add(coin->second.view());
            coins_.erase(coin);
        }
    }

    const primitives::Params& params_;
    headers::Tree tree_;
    const Node* tip_;
    mempool::View pool_view_{mempool::Options{}};
    std::map<primitives::BlockHash, Bytes> blocks_;
    std::map<primitives::BlockHash, Bytes> undo_;
    std::map<primitives::OutPoint, primitives::Coin> coins_;
    std::unique_ptr<store::MemoryKv> database_;
};

}  // namespace keel::rpc
