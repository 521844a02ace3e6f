#include "engine/p2p/misbehaviour.hpp"

#include "engine/p2p/limits.hpp"

namespace keel::p2p {

bool is_punishable(const Peer& peer, const consensus::Reject& reject) {
    using consensus::RejectKind;
    switch (reject.kind()) {
        case RejectKind::invalid:
        case RejectKind::invalid_header:
        case RejectKind::mutated:
        case RejectKind::missing_data:
        case RejectKind::invalid_parent: return reject.blame();
        // We chose this peer for its chain, and it is on one that is known to be bad. Inbound peers are left alone: the
        // mark may be ours (invalidateblock), and they cost nothing.
        case RejectKind::known_invalid: return !peer.inbound();
        case RejectKind::not_yet:
        case RejectKind::time_too_new:
        case RejectKind::low_work:
        case RejectKind::not_standard:
        case RejectKind::inputs_unusual:
        case RejectKind::witness_mutated:
        case RejectKind::witness_stripped:
        case RejectKind::conflict:
        case RejectKind::pool_policy:
        case RejectKind::fee_too_low: return false;
    }
    return false;
}

void Discouraged::add(const wire::NetAddress& address) {
    if (address.is_local() || !addresses_.insert(address).second) return;
    order_.push_back(address);
    if (order_.size() > kDiscouragedMax) {
        addresses_.erase(order_.front());
        order_.pop_front();
    }
}

}  // namespace keel::p2p
