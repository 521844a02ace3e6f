// Decides which block to ask from which peer, and when a peer is too slow.
//
// Rules, in order:
//  1. A block is fetched when it lies on the best chain that its peer is known to have, that chain has at least our
//     tip's work and the minimum, and the block is neither stored, nor in validation, nor asked for.
//     Why: nothing is spent on chains that cannot become ours.
//  2. Lower blocks come first, at most kBlocksInFlightPerPeer per peer, none more than kDownloadWindow beyond the last
//     block below which everything is there (beyond the tip, where the chain extends it).
//     Why: the window keeps blocks near each other on disk, and keeps download from running away from validation.
//  3. Requests reserve bytes (BlockCredit); when validation is behind, they wait.
//  4. When the window cannot move because of one peer's block while others have nothing left to do, that peer has the
//     stall timeout to deliver something, or it is closed. The timeout doubles with each peer closed, in case it is our
//     own line that is slow, and shrinks with each block connected.
//  5. A peer whose oldest request is older than one block spacing, plus half of one for each other peer that is
//     delivering, is closed.
//  6. A peer with nothing else to do takes over the first missing block when it has been in flight for kReassignAfter.
//     Why: near the tip there is no window to stall, and a peer that announces but does not deliver must not hold a
//     block back. Not again, though, when it was relieved of this block before: two peers that never deliver would pass
//     it to and fro, and neither's timeout would ever come.
//  7. During the initial download blocks come from preferred peers (PeerTable::sync_from); afterwards, and whenever the
//     tip is young, from whoever announced them.
//
// Bounds: kBlocksInFlightPerPeer entries per peer; a look at one peer walks at most kDownloadWindow headers.
#pragma once

#include <unordered_map>

#include "engine/p2p/block_credit.hpp"
#include "engine/p2p/known_chains.hpp"
#include "engine/p2p/stats.hpp"
#include "engine/p2p/timers.hpp"
#include "engine/p2p/turn.hpp"

namespace keel::p2p {

class BlockDownload {
public:
    struct Parts {
        const ChainState& chain;
        PeerTable& peers;
        KnownChains& known;
    };
    BlockDownload(Parts parts, std::size_t validation_bytes);

    // Asks for whatever may be asked for now; `first` before others, because it just announced something.
    void fetch(Turn& turn, std::optional<PeerId> first = {});

    // A peer delivered this block. Tells whether anybody was asked for it; nobody is any more.
    bool arrived(Peer& peer, const Node& node, std::size_t bytes, Turn& turn);
    // A peer delivered something else in its place: whoever else may be asked for it.
    void refused(const Peer& peer, const Node& node, Turn& turn);
    // The block goes to validation; false when it is there already.
    bool submit(const BlockHash& hash, std::size_t bytes) { return credit_.hold(hash, bytes); }
    [[nodiscard]] bool has_room(std::size_t bytes) const { return credit_.has_room(bytes); }
    [[nodiscard]] bool in_validation(const BlockHash& hash) const { return credit_.holds(hash); }
    void taken(const BlockHash& hash) { credit_.taken(hash); }
    // The block came from elsewhere: nobody needs to send it any more.
    void settled(const Node& node);
    // A block was connected: the peers keep up.
    void connected();

    void tick(Turn& turn);
    [[nodiscard]] Deadline next_due() const;
    void forget(PeerId peer);

    [[nodiscard]] bool is_requested(const Node& node) const { return flights_.contains(node.id()); }
    [[nodiscard]] bool idle() const { return flights_.empty(); }
    [[nodiscard]] std::size_t in_flight() const { return flights_.size(); }
    [[nodiscard]] bool waits_for_credit() const { return waits_for_credit_; }
    [[nodiscard]] const BlockCredit& credit() const { return credit_; }
    [[nodiscard]] seconds stall_timeout() const { return stall_timeout_; }
    // Heights asked from the peer, and the last block we have in common with it.
    void fill(PeerStats& stats) const;
    void check_invariants() const;

private:
    struct Flight {
        PeerId peer;
        SteadyTime asked;
        std::size_t reserved = 0;
        std::vector<PeerId> relieved{};  // those whom others have taken it over from
    };
    struct State {
        std::vector<const Node*> asked;  // oldest first
        SteadyTime since;                // when the oldest of them became the oldest
        Deadline stalling;               // since when others wait for this peer
        const Node* common = nullptr;    // everything up to here is stored, on the peer's best chain
    };
    // What a walk along a peer's chain found.
    struct Plan {
        std::vector<const Node*> wanted;
        const Node* blocked_by = nullptr;  // the first missing block, when it is in flight
        bool window_full = false;          // there would be more, were the window larger
        bool validation_waits = false;     // for that block, and not we for validation
    };
    // The part of a chain that can be asked from a peer.
    struct Reach {
        primitives::Height lowest;  // above it; 0: everything
        primitives::Height window_end;
        bool needs_legacy = false;  // no block with witnesses
    };

    [[nodiscard]] bool may_fetch_from(const Peer& peer, Turn& turn) const;
    void fetch_from(Peer& peer, Turn& turn);
    [[nodiscard]] bool is_worth_following(const Node& best) const;
    Plan plan(const Peer& peer, State& state, const Node& best, std::size_t count) const;
    // Adds a missing block to the plan; false ends the walk.
    bool consider(const Node& node, const Reach& reach, Plan& plan) const;
    [[nodiscard]] bool is_there(const Node& node) const;
    void move_common(State& state, const Node& best, const Node& fork) const;
    void ask(Peer& peer, State& state, std::span<const Node* const> nodes, Turn& turn);
    void blame_for_stall(const Peer& peer, const Plan& plan, Turn& turn);
    void take_over(Peer& peer, State& state, const Plan& plan, Turn& turn);
    void release(const Node& node, SteadyTime now);
    [[nodiscard]] microseconds timeout_of_oldest() const;

    const ChainState& chain_;
    PeerTable& peers_;
    KnownChains& known_;
    BlockCredit credit_;
    std::map<PeerId, State> states_;
    std::unordered_map<std::uint32_t, Flight> flights_;  // by Node::id; looked up only
    std::size_t delivering_ = 0;                         // peers with something in flight
    seconds stall_timeout_ = kStallTimeoutMin;
    bool waits_for_credit_ = false;
    Deadline next_take_over_;
};

}  // namespace keel::p2p
