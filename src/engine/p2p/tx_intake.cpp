#include "engine/p2p/tx_intake.hpp"

#include "base/assert.hpp"
#include "engine/p2p/tx_limits.hpp"

namespace keel::p2p {

using consensus::RejectKind;
using primitives::Txid;
using primitives::TxPtr;
using primitives::Wtxid;
using wire::InvType;

namespace {

RawHash raw(const auto& id) { return hash_cast<RawHash>(id); }

bool spends(const TxPtr& tx, const Txid& parent) {
    for (std::size_t i = 0; i < tx->view().input_count(); ++i) {
        if (tx->view().input(i).prevout().txid == parent) return true;
    }
    return false;
}

}  // namespace

void RecentIds::insert(const RawHash& id) {
    if (!ids_.insert(id).second) return;
    order_.push_back(id);
    if (order_.size() > most_) {
        ids_.erase(order_.front());
        order_.pop_front();
    }
}

void RecentIds::clear() {
    ids_.clear();
    order_.clear();
}

TxIntake::TxIntake(const Around& around, Rng rng)
    : around_(around),
      rng_(std::move(rng)),
      requests_(rng_.fork()),
      refused_(kTxRejectsMax),
      poor_(kTxRejectsMax),
      confirmed_(kTxConfirmedMax) {}

bool TxIntake::is_known(const TxName& name) const {
    if (refused_.contains(name.hash) || confirmed_.contains(name.hash)) return true;
    if (!name.by_txid) {
        const auto wtxid = hash_cast<Wtxid>(name.hash);
        return poor_.contains(name.hash) || in_validation_.contains(wtxid) || orphans_.contains(wtxid) ||
               around_.pool.find(wtxid).has_value();
    }
    const auto txid = hash_cast<Txid>(name.hash);
    const bool waits = std::ranges::any_of(orphans_, [&](const auto& it) { return it.second.tx->txid() == txid; }) ||
                       std::ranges::any_of(in_validation_, [&](const auto& it) { return it.second == txid; });
    return waits || around_.pool.contains(txid);
}

void TxIntake::on_inv(Peer& peer, const wire::Inv& inv, Turn& turn) {
    for (const wire::InvEntry& entry : inv.entries) {
        if (entry.type != InvType::tx && entry.type != InvType::wtx) continue;
        if (peer.kind == ConnectionKind::block_relay) {
            turn.close(peer, CloseReason::protocol_violation, "transaction announced to a block-relay connection");
            return;
        }
        // BIP339: wtxids where that was agreed upon, txids elsewhere.
        const bool by_txid = entry.type == InvType::tx;
        if (by_txid == peer.wtxid_relay) continue;
        around_.relay.knows(peer.id, entry.hash);
        if (!around_.chain.is_initial_download()) want(peer, {entry.hash, by_txid}, turn);
    }
    request(turn);
}

void TxIntake::want(Peer& peer, const TxName& name, Turn& turn) {
    if (is_known(name)) return;
    SteadyTime when = turn.steady();
    if (peer.inbound()) when += kTxDelayNotPreferred;
    const auto by_wtxid = [](const auto& it) { return it.second.wtxid_relay && it.second.ready; };
    if (name.by_txid && std::ranges::any_of(around_.peers, by_wtxid)) when += kTxDelayByTxid;
    if (requests_.in_flight(peer.id) >= kTxRequestsInFlightSoft) when += kTxDelayBusy;
    requests_.announced(peer.id, name, {when, !peer.inbound()});
}

void TxIntake::request(Turn& turn) {
    std::map<PeerId, wire::GetData> asks;
    for (const TxRequests::Request& request : requests_.due(turn.steady())) {
        Peer* peer = around_.peers.find(request.peer);
        if (peer == nullptr || is_known(request.name)) {
            requests_.settled(request.name);
            continue;
        }
        wire::GetData& ask = asks[request.peer];
        ask.entries.push_back({request.name.by_txid ? InvType::witness_tx : InvType::wtx, request.name.hash});
        if (ask.entries.size() == kTxGetDataMax) turn.send(*peer, std::exchange(ask, {}));
    }
    for (auto& [id, ask] : asks) {
        if (!ask.entries.empty()) turn.send(*around_.peers.find(id), std::move(ask));
    }
}

void TxIntake::on_tx(Peer& peer, const TxPtr& tx, Turn& turn) {
    if (peer.kind == ConnectionKind::block_relay) {
        turn.close(peer, CloseReason::protocol_violation, "transaction sent on a block-relay connection");
        return;
    }
    if (around_.chain.is_initial_download()) return;
    around_.relay.knows(peer.id, peer.wtxid_relay ? raw(tx->wtxid()) : raw(tx->txid()));
    requests_.answered(peer.id, {raw(tx->wtxid()), false});
    requests_.answered(peer.id, {raw(tx->txid()), true});
    if (poor_.contains(raw(tx->wtxid())) && try_with_child(tx, peer.id, turn)) return;
    if (!is_known({raw(tx->wtxid()), false})) submit(tx, peer.id, turn);
    request(turn);
}

void TxIntake::submit(const TxPtr& tx, PeerId peer, Turn& turn) {
    if (in_validation_.size() >= kTxInValidationMax) return;
    if (in_validation_.emplace(tx->wtxid(), tx->txid()).second) turn.push(SubmitTx{tx, peer});
}

void TxIntake::on_notfound(Peer& peer, const wire::NotFound& message, Turn& turn) {
    for (const wire::InvEntry& entry : message.entries) {
        if (entry.type == InvType::wtx) requests_.answered(peer.id, {entry.hash, false});
        if (entry.type == InvType::tx || entry.type == InvType::witness_tx) {
            requests_.answered(peer.id, {entry.hash, true});
        }
    }
    request(turn);
}

void TxIntake::settle(const TxPtr& tx) {
    requests_.settled({raw(tx->wtxid()), false});
    requests_.settled({raw(tx->txid()), true});
}

void TxIntake::remember_refusal(const TxPtr& tx, RejectKind kind) {
    switch (kind) {
        case RejectKind::witness_stripped: return;
        case RejectKind::fee_too_low: poor_.insert(raw(tx->wtxid())); return;
        case RejectKind::inputs_unusual: refused_.insert(raw(tx->txid())); break;
        default: break;
    }
    refused_.insert(raw(tx->wtxid()));
    if (!tx->view().has_witness()) refused_.insert(raw(tx->txid()));
}

void TxIntake::on_verdict(const TxVerdict& verdict, Turn& turn) {
    const TxPtr& tx = verdict.tx;
    in_validation_.erase(tx->wtxid());
    if (!verdict.reject) {
        settle(tx);
        if (const auto at = orphans_.find(tx->wtxid()); at != orphans_.end()) drop_orphan(at);
        request(turn);
        return;
    }
    if (verdict.reject->kind() == RejectKind::missing_data) {
        if (verdict.source) keep_orphan(tx, *verdict.source, turn);
        request(turn);
        return;
    }
    if (const auto at = orphans_.find(tx->wtxid()); at != orphans_.end()) drop_orphan(at);
    remember_refusal(tx, verdict.reject->kind());
    if (verdict.reject->kind() != RejectKind::witness_stripped) settle(tx);
    if (verdict.reject->kind() == RejectKind::fee_too_low && verdict.source) {
        try_with_child(tx, *verdict.source, turn);
    }
}

void TxIntake::on_package_verdict(const PackageVerdict& verdict, Turn& turn) {
    for (const TxPtr& tx : verdict.txs) {
        in_validation_.erase(tx->wtxid());
        const auto at = orphans_.find(tx->wtxid());
        if (around_.pool.contains(tx->txid())) {
            settle(tx);
            if (at != orphans_.end()) drop_orphan(at);
            try_children(tx->txid(), turn);
        } else if (at != orphans_.end()) {
            refused_.insert(raw(tx->wtxid()));  // not worth another try with this parent
            drop_orphan(at);
        }
    }
    request(turn);
}

// ---- orphans ----

void TxIntake::keep_orphan(const TxPtr& tx, PeerId peer, Turn& turn) {
    Peer* from = around_.peers.find(peer);
    if (from == nullptr || tx->raw().size() > kOrphanBytesMax) return;
    std::set<Txid> parents;
    for (std::size_t i = 0; i < tx->view().input_count(); ++i) {
        const Txid txid = tx->view().input(i).prevout().txid;
        if (refused_.contains(raw(txid))) {
            remember_refusal(tx, RejectKind::pool_policy);  // it can never come in
            settle(tx);
            return;
        }
        if (!around_.pool.contains(txid)) parents.insert(txid);
    }
    settle(tx);
    orphans_.try_emplace(tx->wtxid(), Orphan{tx, peer, turn.steady()});
    for (const Txid& parent : parents)
        want(*from, {raw(parent), true}, turn);
    limit_orphans(turn.steady());
}

void TxIntake::drop_orphan(Orphans::iterator at) { orphans_.erase(at); }

void TxIntake::limit_orphans(SteadyTime now) {
    std::erase_if(orphans_, [&](const auto& it) { return it.second.since + kOrphanLife <= now; });
    while (orphans_.size() > kOrphansMax) {
        drop_orphan(std::next(orphans_.begin(), static_cast<std::ptrdiff_t>(rng_.below(orphans_.size()))));
    }
}

std::vector<TxIntake::Orphans::iterator> TxIntake::children_of(const Txid& txid) {
    std::vector<Orphans::iterator> found;
    for (auto it = orphans_.begin(); it != orphans_.end(); ++it) {
        if (spends(it->second.tx, txid)) found.push_back(it);
    }
    return found;
}

void TxIntake::try_children(const Txid& txid, Turn& turn) {
    for (const Orphans::iterator child : children_of(txid))
        submit(child->second.tx, child->second.peer, turn);
}

bool TxIntake::try_with_child(const TxPtr& tx, PeerId peer, Turn& turn) {
    for (const Orphans::iterator child : children_of(tx->txid())) {
        if (child->second.peer != peer || in_validation_.contains(child->first)) continue;
        in_validation_.emplace(tx->wtxid(), tx->txid());
        in_validation_.emplace(child->first, child->second.tx->txid());
        turn.push(SubmitPackage{{tx, child->second.tx}, peer});
        return true;
    }
    return false;
}

// ---- everything else ----

void TxIntake::on_pool(const PoolChanged& change, Turn& turn) {
    for (const mempool::PoolEvent& event : change.events) {
        const TxPtr& tx = event.entry->tx;
        if (!event.removed) {
            around_.relay.added(*event.entry, around_.peers);
            settle(tx);
            try_children(tx->txid(), turn);
        } else if (event.removed == mempool::RemovalReason::block) {
            confirmed_.insert(raw(tx->txid()));
            confirmed_.insert(raw(tx->wtxid()));
        }
    }
}

// What was refused may be fine on another chain.
void TxIntake::tip_changed() {
    refused_.clear();
    poor_.clear();
}

void TxIntake::tick(Turn& turn) {
    request(turn);
    limit_orphans(turn.steady());
}

void TxIntake::forget(PeerId peer) {
    requests_.gone(peer);
    std::erase_if(orphans_, [&](const auto& it) { return it.second.peer == peer; });
}

void TxIntake::check_invariants() const {
    requests_.check_invariants();
    KEEL_ASSERT(orphans_.size() <= kOrphansMax && in_validation_.size() <= kTxInValidationMax + 2);
}

}  // namespace keel::p2p
