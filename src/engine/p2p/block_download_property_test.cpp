// Random histories of block download against a naive model that knows the rules but no data structures.
#include <gtest/gtest.h>

#include "engine/p2p/block_download.hpp"
#include "engine/p2p/lab_test.hpp"

namespace keel::p2p {
namespace {

class History {
public:
    explicit History(std::uint64_t seed) : rng_(seed), fork_(lab_.chain) {
        lab_.chain.mine_empty(kMain, 1);
        fork_ = lab_.chain;
        fork_.rewind_to(primitives::Height(kFork));
        fork_.mine_empty(kMain - kFork - 20, 2);
        lab_.now.unix = unix_time(lab_.chain.tip()->header().time) + std::chrono::hours(24 * 20);
        for (const auto* chain : {&lab_.chain, &fork_}) {
            for (const auto& block : chain->blocks()) {
                blocks_[block->hash()] = block;
                KEEL_ASSERT(headers::accept_header(lab_.tree, block->header(), chain->params(), lab_.now.unix));
            }
        }
    }

    void step() {
        switch (rng_.below(12)) {
            case 0: connect(); break;
            case 1: close(); break;
            case 2: pass_time(); break;
            case 3: move_tip(); break;
            case 4: announce(); break;
            case 5:
            case 6: take(); break;
            default: deliver(); break;
        }
        check_nothing_is_left_undone();
    }
    // From now on every peer is honest and everything arrives.
    void finish() {
        while (peers_.size() < 2)
            connect();
        for (int i = 0; i < 5000 && lab_.tip->height().value() < kMain; ++i) {
            for (auto& [peer, view] : peers_) {
                if (view.best == nullptr || view.best->height().value() != kMain) tell(peer, *lab_.chain.tip());
            }
            deliver();
            take();
            move_tip();
        }
        EXPECT_EQ(lab_.tip->hash(), lab_.chain.tip()->hash());
    }

private:
    static constexpr std::int32_t kMain = 160;
    static constexpr std::int32_t kFork = 60;

    struct View {
        const Node* best = nullptr;               // of what it announced, the most work
        std::map<const Node*, SteadyTime> asked;  // and not delivered
    };

    PeerId any_peer() {
        auto it = peers_.begin();
        std::advance(it, static_cast<std::ptrdiff_t>(rng_.below(peers_.size())));
        return it->first;
    }
    void connect() {
        if (peers_.size() >= 6) return;
        const PeerId peer = lab_.connect(ConnectionKind::outbound_full);
        peers_[peer];
        announce();
    }
    void announce() {
        if (peers_.empty()) return;
        const auto& chain = rng_.chance(1, 4) ? fork_ : lab_.chain;
        const auto height =
            static_cast<std::int32_t>(rng_.between(1, static_cast<std::uint64_t>(chain.height().value())));
        tell(any_peer(), *chain.block(primitives::Height(height)));
    }
    void tell(PeerId peer, const primitives::Block& block) {
        const Node* node = lab_.tree.find(block.hash());
        View& view = peers_[peer];
        if (view.best == nullptr || node->chain_work() >= view.best->chain_work()) view.best = node;
        look_at(lab_.receive(peer, wire::Headers{{block.header()}}));
    }
    void close() {
        if (peers_.size() < 2) return;
        const PeerId peer = any_peer();
        peers_.erase(peer);
        look_at(lab_.handle(PeerClosed{peer}));
    }
    void pass_time() {
        const SteadyTime end = lab_.now.steady + milliseconds(static_cast<std::int64_t>(rng_.between(1, 40'000)));
        while (lab_.now.steady < end) {
            // From one wakeup to the next, so that the model sees each request at its time.
            const auto due = lab_.wakeup();
            look_at(lab_.advance(std::min(due.value_or(end), end) - lab_.now.steady));
        }
    }
    void deliver() {
        if (peers_.empty()) return;
        const PeerId peer = any_peer();
        View& view = peers_[peer];
        if (view.asked.empty()) return;
        auto it = view.asked.begin();
        std::advance(it, static_cast<std::ptrdiff_t>(rng_.below(view.asked.size())));
        const Node* node = it->first;
        for (auto& [id, other] : peers_)
            other.asked.erase(node);  // whoever is first ends the request
        const Actions actions = lab_.receive(peer, wire::BlockMessage{blocks_.at(node->hash())});
        const bool is_new = !node->is(headers::Mark::has_data) && !in_validation_.contains(node);
        EXPECT_EQ(all_of<SubmitBlock>(actions).size(), is_new ? 1U : 0U);
        if (is_new) in_validation_.insert(node);
        look_at(actions);
    }
    void take() {
        if (in_validation_.empty()) return;
        auto it = in_validation_.begin();
        std::advance(it, static_cast<std::ptrdiff_t>(rng_.below(in_validation_.size())));
        const Node* node = *it;
        in_validation_.erase(it);
        lab_.store(blocks_.at(node->hash()));
        look_at(lab_.handle(BlockTaken{node->hash()}));
    }
    void move_tip() {
        const Node* best = lab_.tip;
        for (const Node* node : lab_.tree.all()) {
            if (node->chain_tx_count() != 0 && node->chain_work() > best->chain_work()) best = node;
        }
        if (best != lab_.tip) look_at(lab_.set_tip(*best));
    }

    // Every request must be one that the rules permit.
    void look_at(const Actions& actions) {
        for (const Action& action : actions) {
            if (const auto* close = std::get_if<Close>(&action)) peers_.erase(close->peer);
            const auto* send = std::get_if<Send>(&action);
            if (send == nullptr) continue;
            const auto* request = std::get_if<wire::GetData>(&send->message);
            if (request == nullptr) continue;
            for (const wire::InvEntry& entry : request->entries) {
                check_request(send->peer, *lab_.tree.find(hash_cast<BlockHash>(entry.hash)));
            }
        }
    }
    void check_request(PeerId peer, const Node& node) {
        View& view = peers_.at(peer);
        ASSERT_TRUE(view.best != nullptr && view.best->has_ancestor(node)) << "the peer does not have it";
        EXPECT_GE(view.best->chain_work(), lab_.tip->chain_work()) << "its chain is worse than ours";
        EXPECT_FALSE(node.is(headers::Mark::has_data) || in_validation_.contains(&node)) << "we have it";
        for (auto& [id, other] : peers_) {
            const auto twice = other.asked.find(&node);
            if (twice == other.asked.end()) continue;
            EXPECT_NE(id, peer) << "asked twice";
            EXPECT_GE(lab_.now.steady, twice->second + kReassignAfter) << "taken over too early";
            other.asked.erase(twice);
        }
        view.asked[&node] = lab_.now.steady;
        EXPECT_LE(view.asked.size(), kBlocksInFlightPerPeer);
    }
    // No peer idles while the lowest missing block of its chain is neither here nor asked for.
    void check_nothing_is_left_undone() {
        for (const auto& [id, view] : peers_) {
            if (!view.asked.empty() || view.best == nullptr) continue;
            if (view.best->chain_work() < lab_.tip->chain_work()) continue;
            for (std::int32_t h = 1; h <= view.best->height().value(); ++h) {
                const Node* node = view.best->ancestor(primitives::Height(h));
                const bool asked_for =
                    std::ranges::any_of(peers_, [&](const auto& p) { return p.second.asked.contains(node); });
                EXPECT_TRUE(node->is(headers::Mark::has_data) || in_validation_.contains(node) || asked_for)
                    << "peer " << id.value() << " could be asked for block " << h;
            }
        }
    }

    Rng rng_;
    Lab lab_;
    testing::ChainBuilder fork_;
    std::map<BlockHash, primitives::BlockPtr> blocks_;
    std::map<PeerId, View> peers_;
    std::set<const Node*> in_validation_;
};

TEST(BlockDownloadProperty, RandomHistoriesKeepTheRulesAndEndComplete) {
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        SCOPED_TRACE(seed);
        History history(seed);
        for (int i = 0; i < 600 && !::testing::Test::HasFailure(); ++i)
            history.step();
        history.finish();
        if (::testing::Test::HasFailure()) return;
    }
}

}  // namespace
}  // namespace keel::p2p
