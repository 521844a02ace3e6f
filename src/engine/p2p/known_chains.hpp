// What each peer's chain looks like to us: the best block it is known to have, and the best header it got from us.
//
// A peer that announces a block whose header we do not have is remembered by that hash (only the latest), and resolved
// when the header arrives, from whomever. One entry per peer.
#pragma once

#include "engine/p2p/chain_state.hpp"
#include "engine/p2p/peer_table.hpp"

namespace keel::p2p {

class KnownChains {
public:
    explicit KnownChains(const ChainState& chain) : chain_(chain) {}

    // The peer has this block, as it said by whatever message.
    void announced(PeerId peer, const BlockHash& hash);
    void sent(PeerId peer, const Node& header) { entries_[peer].sent = &header; }
    void forget(PeerId peer) { entries_.erase(peer); }

    // Null while the peer has said nothing that we know.
    const Node* best(PeerId peer);
    // Without looking whether an unknown hash has become known.
    [[nodiscard]] const Node* peek_best(PeerId peer) const;
    // Whether the peer surely has this header: it is part of what it announced or of what we sent it.
    bool has_header(PeerId peer, const Node& node);

    [[nodiscard]] std::size_t size() const { return entries_.size(); }

private:
    struct Entry {
        const Node* best = nullptr;
        const Node* sent = nullptr;
        std::optional<BlockHash> unknown;
    };

    void learn(Entry& entry, const Node& node);

    const ChainState& chain_;
    std::map<PeerId, Entry> entries_;
};

}  // namespace keel::p2p
