// Brings the tree of headers up to date with what the peers have.
//
//  1. While the best header is old, one peer is asked for headers, page after page; it has a deadline, and loses its
//     place to another if it misses it. One that has given all it has while the best header is still old rests for
//     kHeadersRest, and the next is asked. Near the tip every peer is asked once.
//     Why: a peer that is itself behind, or on a worthless chain, must not keep us from the others.
//     Where it has nothing beyond our best header and our chain ends below that, it is asked once more, from our tip.
//     Why: after a power failure the tree may know headers whose blocks are lost. A peer whose tip is one of those has
//     nothing to add, and we would not learn that it can give us the blocks.
//  2. Announcements that do not connect are answered with getheaders from our best header.
//  3. A chain that is not known to have enough work goes through LowWorkPresync before a header of it is stored.
//  4. Everything else is checked and inserted at once; a header that breaks a rule closes its sender.
//  5. One getheaders at a time is outstanding with a peer, for kHeadersResponseTime.
//     Why: an announcement per block must not multiply into pages of the same headers.
//
// Memory: a small entry per peer, and pre-syncs: of all peers that we chose, and of kPresyncPeersMax others.
#pragma once

#include "engine/p2p/known_chains.hpp"
#include "engine/p2p/low_work_presync.hpp"
#include "engine/p2p/timers.hpp"
#include "engine/p2p/turn.hpp"

namespace keel::p2p {

class HeaderSync {
public:
    struct Parts {
        const ChainState& chain;
        PeerTable& peers;
        KnownChains& known;
    };
    HeaderSync(Parts parts, PresyncSettings settings, Rng rng);

    // A page of headers. Gives the last one when it is in the tree now.
    const Node* on_headers(Peer& peer, std::span<const primitives::Header> headers, Turn& turn);
    // The peer has a block whose header we do not know.
    void on_unknown_block(Peer& peer, const BlockHash& hash, Turn& turn);
    // Asks for what comes after `from` unless an answer is still outstanding.
    bool request(Peer& peer, const Node& from, Turn& turn);

    // Starts with whomever it is time to start. `idle`: no block is on its way from anybody.
    void start(bool idle, Turn& turn);
    void tick(Turn& turn);
    [[nodiscard]] Deadline next_due() const;
    void forget(PeerId peer) { states_.erase(peer); }

    // Whether the peer was asked for its headers once.
    [[nodiscard]] bool started(PeerId peer) const;
    // Height of a running pre-sync; nothing when none runs.
    [[nodiscard]] std::optional<primitives::Height> presync_height(PeerId peer) const;
    [[nodiscard]] std::size_t presync_memory() const;
    [[nodiscard]] std::size_t presync_count() const;
    [[nodiscard]] std::size_t size() const { return states_.size(); }

private:
    struct State {
        bool started = false;
        bool asked_after_inv = false;  // before its sync started: once only
        bool asked_from_tip = false;   // likewise
        std::optional<SteadyTime> asked;
        Deadline deadline;
        Deadline rests_until;
        std::optional<LowWorkPresync> presync;

        [[nodiscard]] bool is_syncing() const { return started && !rests_until; }
    };
    struct Page {
        std::span<const primitives::Header> headers;
        std::span<const BlockHash> hashes;
        bool full = false;
    };

    bool request(Peer& peer, std::vector<BlockHash> locator, Turn& turn);
    bool has_work_and_continuity(Peer& peer, const Page& page, Turn& turn) const;
    // Feeds a running pre-sync. Nothing: the page has to be handled like any other.
    std::optional<std::vector<primitives::Header>> continue_presync(Peer& peer, const Page& page, Turn& turn);
    void on_nothing(Peer& peer, State& state, Turn& turn);
    void on_unconnected(Peer& peer, const Page& page, Turn& turn);
    [[nodiscard]] bool is_known_good(const BlockHash& last) const;
    [[nodiscard]] static consensus::ChainWork work_of(const Node& parent, const Page& page);
    void begin_presync(Peer& peer, const Node& parent, const Page& page, Turn& turn);
    const Node* accept(Peer& peer, std::span<const primitives::Header> headers, Turn& turn);
    // The peer gave all it has.
    void exhausted(State& state, Turn& turn) const;
    void judge_work(Peer& peer, const consensus::ChainWork& work, Turn& turn) const;
    [[nodiscard]] std::size_t syncing_count() const;

    const ChainState& chain_;
    PeerTable& peers_;
    KnownChains& known_;
    PresyncSettings settings_;
    Rng rng_;
    std::map<PeerId, State> states_;
    BlockHash last_inv_;  // that made us ask a peer before its sync started
};

}  // namespace keel::p2p
