#include "engine/mining/template.hpp"

#include "base/assert.hpp"
#include "rules/consensus/limits.hpp"
#include "rules/consensus/merkle.hpp"
#include "rules/consensus/pow.hpp"
#include "rules/consensus/subsidy.hpp"
#include "rules/consensus/witness_commitment.hpp"

namespace keel::mining {

using primitives::Amount;
using primitives::Height;
using primitives::MutableTx;
using primitives::Params;
using primitives::TxPtr;

namespace {

constexpr std::uint32_t kSequenceNotFinal = 0xFFFFFFFE;
constexpr std::byte kOp1{0x51};

// The shortest push of a positive number: an opcode up to 16, otherwise a script number.
Bytes push_height(Height height) {
    const auto number = static_cast<std::uint32_t>(height.value());
    if (number <= 16) {
        return {static_cast<std::byte>(static_cast<std::uint32_t>(kOp1) + number - 1)};
    }
    Bytes data;
    for (std::uint32_t rest = number; rest != 0; rest >>= 8U) {
        data.push_back(static_cast<std::byte>(rest & 0xFFU));
    }
    if ((data.back() & std::byte{0x80}) != std::byte{0}) {
        data.push_back(std::byte{0});  // the top bit is the sign
    }
    data.insert(data.begin(), static_cast<std::byte>(data.size()));
    return data;
}

RawHash witness_root(const std::vector<Candidate>& txs) {
    std::vector<RawHash> leaves = {RawHash{}};  // the coinbase counts as zero
    for (const Candidate& candidate : txs) {
        leaves.push_back(hash_cast<RawHash>(candidate.tx->wtxid()));
    }
    return consensus::merkle_root(std::move(leaves)).root;
}

TxPtr make_coinbase(const Params& params, Height height, const Bytes& payout_script, const Selection& selection) {
    const Bytes reserved_value(32);
    MutableTx tx;
    tx.version = 2;
    tx.inputs.resize(1);
    tx.inputs[0].prevout.index = primitives::OutPoint::kNullIndex;
    tx.inputs[0].sequence = kSequenceNotFinal;
    tx.inputs[0].script_sig = push_height(height);
    if (tx.inputs[0].script_sig.size() < consensus::kCoinbaseScriptMin) {
        tx.inputs[0].script_sig.push_back(std::byte{0});
    }
    const auto reward = consensus::subsidy(height, params).add(selection.fees);
    KEEL_ASSERT(reward);
    const RawHash commitment = consensus::witness_commitment(witness_root(selection.txs), reserved_value);
    tx.outputs = {{*reward, payout_script}, {Amount(0), consensus::witness_commitment_script(commitment)}};
    if (consensus::is_active(params.buried.segwit, height)) {
        tx.inputs[0].witness = {reserved_value};
    }
    tx.lock_time = static_cast<std::uint32_t>(height.value() - 1);
    return tx.freeze();
}

primitives::MerkleRoot merkle_root(const TxPtr& coinbase, const std::vector<Candidate>& txs) {
    std::vector<RawHash> leaves = {hash_cast<RawHash>(coinbase->txid())};
    for (const Candidate& candidate : txs) {
        leaves.push_back(hash_cast<RawHash>(candidate.tx->txid()));
    }
    return hash_cast<primitives::MerkleRoot>(consensus::merkle_root(std::move(leaves)).root);
}

}  // namespace

// Later than the median time past; at the start of a retarget interval also not far before the parent. BIP94 makes the
// latter a rule on testnet4 only; it is kept on every network, so that no block mined here breaks a later activation.
std::int64_t least_time(const Params& params, const consensus::PastHeaders& past) {
    const std::int64_t after_median = past.median_time_past() + 1;
    if (past.next_height().value() % params.pow.interval() != 0) {
        return after_median;
    }
    return std::max(after_median, std::int64_t{past.last().time} - consensus::kMaxTimewarp);
}

primitives::BlockPtr Template::block(const primitives::Header& solved) const {
    std::vector<TxPtr> txs = {coinbase};
    for (const Candidate& candidate : selection.txs) {
        txs.push_back(candidate.tx);
    }
    return primitives::Block::assemble(solved, txs);
}

Template make_template(const Params& params, const Tip& tip, const Wish& wish, UnixTime now) {
    const BlockPlace place{tip.past.next_height(), tip.past.median_time_past()};
    return make_template_of(params, tip, {wish.payout_script, select_transactions(wish.chunks, wish.limits, place)},
                            now);
}

Template make_template_of(const Params& params, const Tip& tip, Chosen chosen, UnixTime now) {
    const consensus::PastHeaders& past = tip.past;
    Template out;
    out.height = past.next_height();
    KEEL_ASSERT(out.height > Height(0));
    out.selection = std::move(chosen.selection);
    out.coinbase = make_coinbase(params, out.height, chosen.payout_script, out.selection);
    out.min_time = least_time(params, past);

    primitives::Header& header = out.header;
    header.version = tip.version;
    header.previous = past.hash(past.height());
    header.merkle_root = merkle_root(out.coinbase, out.selection.txs);
    header.time = static_cast<std::uint32_t>(std::max(out.min_time, to_seconds(now)));
    header.bits = consensus::next_work_required(past, header.time, params.pow);
    return out;
}

}  // namespace keel::mining
