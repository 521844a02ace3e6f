#include "engine/p2p/block_serving.hpp"

#include "base/assert.hpp"
#include "engine/p2p/limits.hpp"

namespace keel::p2p {

using primitives::Height;
using wire::InvType;

namespace {

bool is_block(InvType type) {
    return type == InvType::block || type == InvType::witness_block || type == InvType::compact_block ||
           type == InvType::filtered_block || type == InvType::filtered_witness_block;
}

// Nodes of the chain that ends at `tip`, from one above `below`, at most `count`, lowest first.
std::vector<const Node*> successors(const Node& tip, const Node& below, std::int32_t count) {
    const std::int32_t available = tip.height() - below.height();
    std::vector<const Node*> nodes(static_cast<std::size_t>(std::min(available, count)));
    const Node* node = tip.ancestor(below.height() + static_cast<std::int32_t>(nodes.size()));
    for (std::size_t i = nodes.size(); i-- > 0; node = node->previous())
        nodes[i] = node;
    return nodes;
}

}  // namespace

void BlockServing::on_getheaders(Peer& peer, const wire::GetHeaders& request, Turn& turn) {
    if (chain_.importing()) return;
    const Node& tip = chain_.tip();
    if (tip.chain_work() < chain_.minimum_work()) {
        turn.send(peer, wire::Headers{});  // an answer all the same: the peer need not wait for its timeout
        return;
    }
    wire::Headers answer;
    const Node* last = &tip;
    if (request.locator.empty()) {
        const Node* node = chain_.find(request.stop);
        if (node == nullptr || !may_serve(*node)) return;
        answer.headers.push_back(node->header());
        last = node;
    } else {
        for (const Node* node : successors(tip, *locate(request.locator), wire::kMaxHeaders)) {
            answer.headers.push_back(node->header());
            last = node;
            if (node->hash() == request.stop) break;
        }
    }
    known_.sent(peer.id, *last);
    turn.send(peer, std::move(answer));
}

void BlockServing::on_getblocks(Peer& peer, const wire::GetBlocks& request, Turn& turn) {
    if (chain_.importing()) return;
    State& state = states_[peer.id];
    wire::Inv answer;
    for (const Node* node : successors(chain_.tip(), *locate(request.locator), kGetBlocksMax)) {
        if (node->hash() == request.stop || !node->is(headers::Mark::has_data) || is_below_promise(*node)) break;
        answer.entries.push_back({InvType::block, hash_cast<RawHash>(node->hash())});
    }
    if (answer.entries.empty()) return;
    if (answer.entries.size() == static_cast<std::size_t>(kGetBlocksMax)) {
        state.continuation = hash_cast<BlockHash>(answer.entries.back().hash);
    }
    turn.send(peer, std::move(answer));
}

void BlockServing::on_getdata(Peer& peer, const wire::GetData& request, Turn& turn) {
    State& state = states_[peer.id];
    for (const wire::InvEntry& entry : request.entries) {
        if (is_block(entry.type)) state.waiting.push_back(entry);
    }
    if (state.waiting.size() > kServeQueueMax) {
        turn.close(peer, CloseReason::protocol_violation, "more block requests than can wait");
        return;
    }
    pump(peer, state, turn);
}

void BlockServing::on_getblocktxn(Peer& peer, const wire::GetBlockTxs& request, Turn& turn) {
    on_getdata(peer, wire::GetData{{{InvType::witness_block, hash_cast<RawHash>(request.block)}}}, turn);
}

void BlockServing::served(Peer& peer, const BlockServed& event, Turn& turn) {
    const auto found = states_.find(peer.id);
    if (found == states_.end() || found->second.in_flight == 0) return;
    --found->second.in_flight;
    if (!event.sent) {
        // The peer would wait for it in vain.
        turn.close(peer, CloseReason::serve_failed);
        return;
    }
    pump(peer, found->second, turn);
}

void BlockServing::check_invariants() const {
    for (const auto& [id, state] : states_) {
        KEEL_ASSERT(state.in_flight <= kServesInFlight);
        KEEL_ASSERT(state.waiting.size() <= kServeQueueMax);
        KEEL_ASSERT(state.waiting.empty() || state.in_flight == kServesInFlight);
    }
}

const Node* BlockServing::locate(std::span<const BlockHash> locator) const {
    const Node& tip = chain_.tip();
    for (const BlockHash& hash : locator) {
        const Node* node = chain_.find(hash);
        if (node == nullptr) continue;
        if (chain_.is_active(*node)) return node;
        if (node->has_ancestor(tip)) return &tip;
    }
    return &chain_.tree().genesis();
}

bool BlockServing::may_serve(const Node& node) const {
    if (chain_.is_active(node)) return true;
    if (!node.is(headers::Mark::connected) || node.is_failed()) return false;
    const Node& best = chain_.best_header();
    if (time_of(best) - time_of(node) >= kStaleBlockAge) return false;
    const std::int64_t by_work =
        consensus::equivalent_time(node.chain_work(), best.chain_work(), best.header().bits, chain_.params().pow);
    return seconds(by_work) < kStaleBlockAge;
}

void BlockServing::pump(Peer& peer, State& state, Turn& turn) {
    while (!peer.closing && state.in_flight < kServesInFlight && !state.waiting.empty()) {
        const wire::InvEntry entry = state.waiting.front();
        state.waiting.pop_front();
        serve(peer, state, entry, turn);
    }
}

void BlockServing::serve(Peer& peer, State& state, const wire::InvEntry& entry, Turn& turn) {
    // BIP37 needs NODE_BLOOM, which we never offer (BIP111).
    if (entry.type == InvType::filtered_block || entry.type == InvType::filtered_witness_block) {
        turn.close(peer, CloseReason::unsupported_request, "filtered block");
        return;
    }
    const auto hash = hash_cast<BlockHash>(entry.hash);
    const Node* node = chain_.find(hash);
    if (node == nullptr || !may_serve(*node)) return;
    if (is_below_promise(*node)) {
        turn.close(peer, CloseReason::unsupported_request, "block deeper than a pruned node serves");
        return;
    }
    if (!node->is(headers::Mark::has_data)) return;
    const auto form = entry.type == InvType::block ? ServeBlock::Form::stripped : ServeBlock::Form::with_witness;
    turn.push(ServeBlock{peer.id, node, form});
    ++state.in_flight;
    if (state.continuation == hash) {
        // Makes the peer ask for the next batch of hashes.
        state.continuation.reset();
        turn.send(peer, wire::Inv{{{InvType::block, hash_cast<RawHash>(chain_.tip().hash())}}});
    }
}

bool BlockServing::is_below_promise(const Node& node) const {
    if (services_.has(wire::Service::network)) return false;
    // Two blocks of tolerance for requests that cross a new block.
    return chain_.tip().height() - node.height() > kLimitedPeerBlocks + 2;
}

}  // namespace keel::p2p
