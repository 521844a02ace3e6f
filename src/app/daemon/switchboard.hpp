// Where the actions of both engines go: into the mailboxes of other threads, to the network, to whoever asked.
//
// node::route() says what becomes of each action; this only carries. Targets are set once, before any thread runs;
// deliver() is called on the p2p and the validation thread.
#pragma once

#include <condition_variable>
#include <functional>
#include <string>

#include "app/daemon/reply_table.hpp"
#include "engine/node/route.hpp"

namespace keel::daemon {

// Wakes those who wait for the tip to change. Any thread.
class TipWatch {
public:
    void changed();
    // Waits until `now_different` holds, stop() was called, or the time is over.
    void wait(milliseconds timeout, const std::function<bool()>& now_different);
    void stop();
    [[nodiscard]] bool stopped() const;

private:
    mutable std::mutex mutex_;
    std::condition_variable wake_;
    bool stopped_ = false;
};

class Switchboard {
public:
    struct Targets {
        std::function<void(validation::Command)> validation;
        std::function<void(p2p::Event)> p2p;
        std::function<void(node::NetAction)> net;
        std::function<void(std::size_t)> import_credit;  // bytes of an imported block are free again
        std::function<void(std::string)> fatal;
        std::function<const headers::Node&()> tip;  // of the active chain
    };

    void connect(Targets targets) { targets_ = std::move(targets); }
    // Leaves the outbox empty.
    void deliver(node::Outbox& outbox);

    ReplyTable<p2p::ControlFailure>& controls() { return controls_; }
    ReplyTable<validation::Answer>& answers() { return answers_; }
    ReplyTable<validation::BlockVerdict>& verdicts() { return verdicts_; }
    ReplyTable<mempool::TxResult>& tx_results() { return tx_results_; }
    ReplyTable<mempool::PackageResult>& package_results() { return package_results_; }
    TipWatch& tips() { return tips_; }
    // Nobody is answered any more.
    void close();

private:
    void deliver_block_news(node::Outbox& outbox);
    void deliver_pool_news(node::Outbox& outbox);
    // Whether a stored block stays what it is: with less work than the active chain, or without its ancestors.
    [[nodiscard]] bool is_at_rest(const validation::BlockVerdict& verdict) const;

    Targets targets_;
    ReplyTable<p2p::ControlFailure> controls_;
    ReplyTable<validation::Answer> answers_;
    ReplyTable<validation::BlockVerdict> verdicts_;
    ReplyTable<mempool::TxResult> tx_results_;
    ReplyTable<mempool::PackageResult> package_results_;
    TipWatch tips_;
};

}  // namespace keel::daemon
