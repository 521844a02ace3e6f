// The chain for RPC and its like: snapshots of the tree and blocks from disk, on the asking thread.
#pragma once

#include <atomic>

#include "app/daemon/options.hpp"
#include "app/daemon/switchboard.hpp"
#include "edge/runtime/clock.hpp"
#include "engine/node/node.hpp"
#include "front/api/chain_reader.hpp"

namespace keel::daemon {

// Block readers for many threads: each is lent to one at a time.
class ReaderPool {
public:
    explicit ReaderPool(std::function<store::BlockReader()> make) : make_(std::move(make)) {}
    // Runs `use` with a reader that is nobody else's meanwhile.
    template <class Use>
    auto with(const Use& use) {
        std::unique_ptr<store::BlockReader> reader = take();
        auto out = use(*reader);
        const std::lock_guard lock(mutex_);
        idle_.push_back(std::move(reader));
        return out;
    }

private:
    std::unique_ptr<store::BlockReader> take();

    std::function<store::BlockReader()> make_;
    std::mutex mutex_;
    std::vector<std::unique_ptr<store::BlockReader>> idle_;
};

class ChainReader final : public api::ChainReader {
public:
    struct Facts {
        PrunePlan prune;
        seconds max_tip_age{};
    };
    ChainReader(node::Node& node, const primitives::Params& params, const runtime::Clock& clock,
                Switchboard& switchboard);

    void set_facts(Facts facts) { facts_ = std::move(facts); }
    // Until called, and again when said so, the node counts as loading.
    void set_loading(bool loading) { loading_ = loading; }

    [[nodiscard]] const primitives::Params& params() const override { return params_; }
    [[nodiscard]] const headers::Tree& tree() const override { return node_.tree(); }
    [[nodiscard]] const headers::Node& tip() const override { return node_.view().tip(); }
    [[nodiscard]] UnixTime now() const override { return clock_.now().unix; }
    [[nodiscard]] Result<Bytes, api::ReadFailure> read_block(const headers::Node& node) const override;
    [[nodiscard]] Result<store::SpentCoins, api::ReadFailure> read_undo(const headers::Node& node) const override;
    [[nodiscard]] bool initial_download() const override;
    [[nodiscard]] bool loading() const override { return loading_; }
    [[nodiscard]] api::PruneStatus prune_status() const override;
    [[nodiscard]] std::uint64_t size_on_disk() const override { return node_.view().block_bytes(); }
    [[nodiscard]] std::vector<std::string> warnings() const override { return {}; }
    [[nodiscard]] const headers::Node& wait_for_tip(const headers::Node& known, milliseconds timeout) const override;
    [[nodiscard]] bool stopping() const override { return switchboard_.tips().stopped(); }

private:
    node::Node& node_;
    const primitives::Params& params_;
    const runtime::Clock& clock_;
    Switchboard& switchboard_;
    Facts facts_;
    mutable ReaderPool readers_;
    std::atomic<bool> loading_{true};
    mutable std::atomic<bool> synced_{false};  // initial download ends once and for all
};

}  // namespace keel::daemon
