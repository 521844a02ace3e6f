#include "engine/p2p/block_intake.hpp"

#include "engine/headers/accept_header.hpp"
#include "engine/p2p/misbehaviour.hpp"

namespace keel::p2p {

void BlockIntake::on_block(Peer& peer, const primitives::BlockPtr& block, Turn& turn) {
    if (parts_.chain.importing()) return;
    const Node* node = place(peer, *block, turn);
    if (node == nullptr) return;
    const std::size_t bytes = block->raw().size();
    BlockDownload& download = parts_.download;
    const bool is_new = !node->is(headers::Mark::has_data) && !download.in_validation(node->hash());
    if (!is_new) {
        download.arrived(peer, *node, bytes, turn);
        return;
    }
    if (!download.is_requested(*node) && !is_welcome(*node, bytes)) return;
    auto checked = consensus::check_block(block, parts_.chain.params());
    if (!checked) {
        download.refused(peer, *node, turn);
        judge(peer, checked.error(), turn);
        return;
    }
    parts_.known.announced(peer.id, node->hash());
    const bool requested = download.arrived(peer, *node, bytes, turn);
    if (download.submit(node->hash(), bytes)) {
        turn.push(SubmitBlock{*std::move(checked), node, peer.id, requested});
    }
}

void BlockIntake::on_verdict(const BlockVerdict& verdict, Turn& turn) {
    const Node* node = parts_.chain.find(verdict.hash);
    const bool failed = node != nullptr && node->is_failed();
    if (node != nullptr && (verdict.outcome != BlockOutcome::rejected || failed)) parts_.download.settled(*node);
    Peer* peer = verdict.source ? parts_.peers.find(*verdict.source) : nullptr;
    if (peer == nullptr || peer->closing) return;
    if (verdict.outcome == BlockOutcome::connected || verdict.outcome == BlockOutcome::stored) {
        peer->last_block = turn.now().unix;
    }
    if (verdict.outcome != BlockOutcome::rejected || !verdict.reject) return;
    judge(*peer, *verdict.reject, turn);
    // Not its fault, and yet the block cannot be used: asking the same peer again would go on for ever.
    if (!failed) peer->untrusted = true;
}

const Node* BlockIntake::place(Peer& peer, const primitives::Block& block, Turn& turn) {
    const ChainState& chain = parts_.chain;
    const Node* parent = chain.find(block.header().previous);
    if (parent != nullptr && chain.find(block.hash()) == nullptr &&
        parent->chain_work() + consensus::block_work(block.header().bits) < chain.anti_dos_work()) {
        return nullptr;
    }
    const auto accepted = headers::accept_header(chain.tree(), block.header(), chain.params(), turn.now().unix);
    if (accepted) return accepted->node;
    judge(peer, accepted.error(), turn);
    return nullptr;
}

bool BlockIntake::is_welcome(const Node& node, std::size_t bytes) const {
    const Node& tip = parts_.chain.tip();
    if (node.chain_work() < tip.chain_work() || node.chain_work() < parts_.chain.minimum_work()) return false;
    return node.height() <= tip.height() + kLimitedPeerBlocks && parts_.download.has_room(bytes);
}

void BlockIntake::judge(Peer& peer, const consensus::Reject& reject, Turn& turn) {
    log(turn.logger(), LogCategory::p2p, LogLevel::debug, "peer ", peer.id, ": block or header refused, ",
        reject.text());
    if (is_punishable(peer, reject)) turn.misbehaved(peer, reject.text());
}

}  // namespace keel::p2p
