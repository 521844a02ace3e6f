#include "engine/p2p/tx_relay.hpp"

#include <algorithm>

#include "engine/p2p/tx_limits.hpp"

namespace keel::p2p {

using primitives::Amount;
using wire::InvType;

namespace {

constexpr seconds kReannounceInterval{12 * 60};  // mean, for transactions that no peer has asked for
constexpr std::int64_t kAllFees = primitives::kMaxMoney.satoshi();

// Sizes in steps of a tenth, so that the filter does not identify the node.
std::int64_t rounded_fee(std::int64_t rate) {
    std::int64_t step = 100;
    while (step < rate) {
        const std::int64_t next = step + step / 10;
        if (next > rate) break;
        step = next;
    }
    return rate == 0 ? 0 : step;
}

bool is_tx(InvType type) { return type == InvType::tx || type == InvType::wtx || type == InvType::witness_tx; }

primitives::TxPtr without_witness(const primitives::TxPtr& tx) {
    if (!tx->view().has_witness()) return tx;
    Bytes raw;
    for (const ByteSpan part : tx->view().stripped_parts())
        append(raw, part);
    auto stripped = primitives::Tx::parse(std::move(raw));
    return stripped ? *std::move(stripped) : tx;
}

// Best first: by the rate of the chunk, parents before children.
bool is_before(const mempool::Located& a, const mempool::Located& b) {
    const auto rates = txgraph::compare_rates(a.cluster->chunk_of(a.index).sum, b.cluster->chunk_of(b.index).sum);
    if (rates != 0) return rates > 0;
    if (a.cluster != b.cluster) return a.cluster->txs.front()->txid() < b.cluster->txs.front()->txid();
    return a.index < b.index;
}

}  // namespace

microseconds TxRelay::some(microseconds mean) { return std::max(rng_.exponential(mean), microseconds(1000)); }

void TxRelay::ready(Peer& peer, Turn& turn) {
    if (peer.kind == ConnectionKind::block_relay || peer.kind == ConnectionKind::feeler) return;
    State& state = states_[peer.id];
    state.by_wtxid = peer.wtxid_relay;
    state.next_inv = turn.steady();
    state.next_fee_filter = turn.steady();
    state.sequence = pool_.totals().sequence;
    if (!next_reannounce_) next_reannounce_ = turn.steady() + some(kReannounceInterval);
}

void TxRelay::added(const mempool::Entry& entry, PeerTable& peers) {
    for (auto& [id, state] : states_) {
        const Peer* peer = peers.find(id);
        const auto& own = state.by_wtxid ? hash_cast<RawHash>(entry.wtxid()) : hash_cast<RawHash>(entry.txid());
        if (peer == nullptr || !peer->relays_txs || state.known.contains(own)) continue;
        if (state.waiting.size() < kTxToAnnounceMax) state.waiting.insert(entry.txid());
    }
}

void TxRelay::knows(PeerId peer, const RawHash& hash) {
    const auto found = states_.find(peer);
    if (found == states_.end() || !found->second.known.insert(hash).second) return;
    State& state = found->second;
    state.known_order.push_back(hash);
    if (state.known_order.size() > kTxKnownMax) {
        state.known.erase(state.known_order.front());
        state.known_order.pop_front();
    }
}

std::vector<mempool::Located> TxRelay::announceable(const Peer& peer, State& state) const {
    const policy::FeeRate filter = policy::FeeRate::per_kvb(Amount(peer.fee_filter));
    std::vector<mempool::Located> out;
    std::erase_if(state.waiting, [&](const primitives::Txid& txid) {
        auto found = pool_.find(txid);
        if (!found) return true;
        const mempool::Entry& entry = found->entry();
        const auto own = state.by_wtxid ? hash_cast<RawHash>(entry.wtxid()) : hash_cast<RawHash>(entry.txid());
        if (state.known.contains(own) || entry.fee < filter.fee_for(entry.vsize())) return true;
        out.push_back(*std::move(found));
        return false;
    });
    std::ranges::sort(out, is_before);
    return out;
}

void TxRelay::announce(Peer& peer, State& state, Turn& turn) {
    const std::vector<mempool::Located> all = announceable(peer, state);
    const std::size_t most = std::min(kTxInvTarget + all.size() / 1000 * 5, kTxInvMax);
    wire::Inv inv;
    for (const mempool::Located& at : all) {
        if (inv.entries.size() == most) break;
        const mempool::Entry& entry = at.entry();
        inv.entries.push_back(state.by_wtxid ? wire::InvEntry{InvType::wtx, hash_cast<RawHash>(entry.wtxid())}
                                             : wire::InvEntry{InvType::tx, hash_cast<RawHash>(entry.txid())});
        state.waiting.erase(entry.txid());
    }
    state.sequence = pool_.totals().sequence;
    if (inv.entries.empty()) return;
    for (const wire::InvEntry& entry : inv.entries)
        knows(peer.id, entry.hash);
    turn.send(peer, std::move(inv));
}

mempool::EntryPtr TxRelay::find(const wire::InvEntry& entry) const {
    const auto found = entry.type == InvType::wtx ? pool_.find(hash_cast<primitives::Wtxid>(entry.hash))
                                                  : pool_.find(hash_cast<primitives::Txid>(entry.hash));
    return found ? found->cluster->txs[found->index] : nullptr;
}

void TxRelay::on_getdata(Peer& peer, const wire::GetData& request, Turn& turn) {
    const auto state = states_.find(peer.id);
    wire::NotFound missing;
    for (const wire::InvEntry& entry : request.entries) {
        if (!is_tx(entry.type)) continue;
        const mempool::EntryPtr found = state == states_.end() ? nullptr : find(entry);
        if (found == nullptr || found->sequence >= state->second.sequence) {
            missing.entries.push_back(entry);
            continue;
        }
        turn.send(peer, wire::TxMessage{entry.type == InvType::tx ? without_witness(found->tx) : found->tx});
        if (pool_.is_unbroadcast(found->txid())) turn.push(TxAskedFor{found->txid()});
    }
    if (!missing.entries.empty()) turn.send(peer, std::move(missing));
}

std::int64_t TxRelay::fee_filter(UnixTime now) const {
    if (chain_.is_initial_download()) return kAllFees;
    const policy::Policy& policy = pool_.options().policy;
    return std::max(rounded_fee(pool_.min_rate(now).per_kvb().satoshi()), policy.min_relay.per_kvb().satoshi());
}

void TxRelay::send_fee_filter(Peer& peer, State& state, Turn& turn) {
    if (peer.common_version < wire::kFeeFilterVersion) return;
    const std::int64_t rate = fee_filter(turn.now().unix);
    if (rate != state.sent_fee_filter) {
        turn.send(peer, wire::FeeFilter{rate});
        state.sent_fee_filter = rate;
    }
}

void TxRelay::tick(PeerTable& peers, Turn& turn) {
    const SteadyTime now = turn.steady();
    reannounce(peers, turn);
    if (next_inbound_inv_ <= now) next_inbound_inv_ = now + some(kTxInvIntervalInbound);
    for (auto& [id, state] : states_) {
        Peer* peer = peers.find(id);
        if (peer == nullptr || peer->closing) continue;
        if (state.next_inv <= now) {
            state.next_inv = peer->inbound() ? next_inbound_inv_ : now + some(kTxInvInterval);
            if (peer->relays_txs) announce(*peer, state, turn);
        }
        const bool left_download = state.sent_fee_filter == kAllFees && !chain_.is_initial_download();
        if (state.next_fee_filter <= now || left_download) {
            send_fee_filter(*peer, state, turn);
            state.next_fee_filter = now + some(kFeeFilterInterval);
        }
    }
}

// Transactions of our users that no peer has asked for are announced again.
void TxRelay::reannounce(PeerTable& peers, Turn& turn) {
    if (!next_reannounce_ || *next_reannounce_ > turn.steady()) return;
    next_reannounce_ = turn.steady() + some(kReannounceInterval);
    for (const primitives::Txid& txid : pool_.unbroadcast()) {
        if (const auto found = pool_.find(txid)) added(found->entry(), peers);
    }
}

Deadline TxRelay::next_due() const {
    if (states_.empty()) return {};
    Deadline due = next_reannounce_;
    for (const auto& [id, state] : states_) {
        due = earlier(due, state.next_fee_filter);
        if (!state.waiting.empty()) due = earlier(due, state.next_inv);
    }
    return due;
}

}  // namespace keel::p2p
