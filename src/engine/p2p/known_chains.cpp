#include "engine/p2p/known_chains.hpp"

namespace keel::p2p {

void KnownChains::announced(PeerId peer, const BlockHash& hash) {
    best(peer);  // resolves what was unknown before it is replaced
    Entry& entry = entries_[peer];
    if (const Node* node = chain_.find(hash); node != nullptr) {
        learn(entry, *node);
    } else {
        entry.unknown = hash;
    }
}

const Node* KnownChains::best(PeerId peer) {
    const auto found = entries_.find(peer);
    if (found == entries_.end()) return nullptr;
    Entry& entry = found->second;
    if (entry.unknown) {
        if (const Node* node = chain_.find(*entry.unknown); node != nullptr) {
            entry.unknown.reset();
            learn(entry, *node);
        }
    }
    return entry.best;
}

const Node* KnownChains::peek_best(PeerId peer) const {
    const auto found = entries_.find(peer);
    return found == entries_.end() ? nullptr : found->second.best;
}

bool KnownChains::has_header(PeerId peer, const Node& node) {
    const Node* known = best(peer);
    if (known != nullptr && known->has_ancestor(node)) return true;
    const auto found = entries_.find(peer);
    return found != entries_.end() && found->second.sent != nullptr && found->second.sent->has_ancestor(node);
}

void KnownChains::learn(Entry& entry, const Node& node) {
    if (entry.best == nullptr || node.chain_work() >= entry.best->chain_work()) entry.best = &node;
}

}  // namespace keel::p2p
