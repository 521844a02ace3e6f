#include "front/rpc/template_desk.hpp"

#include <unordered_map>

#include "engine/headers/history.hpp"
#include "engine/mining/proposal.hpp"
#include "front/rpc/common.hpp"
#include "rules/consensus/deployments.hpp"
#include "rules/consensus/limits.hpp"

namespace keel::rpc {

namespace {

// Attempts to judge a block while the tip keeps moving.
constexpr int kTipAttempts = 10;

std::string txs_json(const mining::Template& made, bool segwit) {
    std::string text;
    JsonWriter out(text);
    std::unordered_map<primitives::Txid, std::size_t, HashPrefix> places;
    out.begin_array();
    for (const mining::Candidate& candidate : made.selection.txs) {
        const primitives::TxView tx = candidate.tx->view();
        out.begin_object();
        out.field_hex("data", tx.raw());
        out.field("txid", tx.txid());
        out.field("hash", tx.wtxid());
        out.key("depends");
        out.begin_array();
        for (std::size_t i = 0; i < tx.input_count(); ++i) {
            if (const auto parent = places.find(tx.input(i).prevout().txid); parent != places.end()) {
                out.value(parent->second);
            }
        }
        out.end_array();
        places.emplace(tx.txid(), places.size() + 1);
        out.field("fee", candidate.fee.satoshi());
        out.field("sigops", segwit ? candidate.sigop_cost : candidate.sigop_cost / consensus::kWitnessScale);
        out.field("weight", tx.weight());
        out.end_object();
    }
    out.end_array();
    return text;
}

Outcome<api::FoundCoins> find_coins(const Context& context, std::vector<primitives::OutPoint> outpoints) {
    api::Pending<api::FoundCoins> pending;
    context.commands.find_coins(std::move(outpoints), pending.reply());
    return wait_for(pending);
}

}  // namespace

std::int32_t version_for(const Context& context, const headers::Node& parent) {
    if (const auto& chosen = context.mining.options().block_version) {
        return *chosen;
    }
    consensus::VersionBits bits(context.chain.params());
    return bits.version_to_mine(headers::History(parent));
}

Outcome<AssembledBlock> assemble_block(const Context& context, const Bytes& script) {
    api::Pending<api::SelectedTxs> pending;
    context.mining.select_txs(pending.reply());
    KEEL_TRY(auto selected, wait_for(pending));
    context.desk.note(selected.selection);
    const headers::History past(*selected.tip);
    return AssembledBlock{
        .parent = selected.tip,
        .made = mining::make_template_of(context.chain.params(), {past, version_for(context, *selected.tip)},
                                         {script, std::move(selected.selection)}, context.chain.now()),
        .pool_sequence = selected.pool_sequence};
}

Outcome<std::optional<std::string>> judge_proposal(const Context& context, const primitives::BlockPtr& block,
                                                   bool check_merkle_root) {
    for (int attempt = 0; attempt < kTipAttempts; ++attempt) {
        const Node& tip = context.chain.tip();
        const headers::History past(tip);
        const mining::Proposal proposal{context.chain.params(), past, block, check_merkle_root};
        const auto checked = mining::check_proposal(proposal, context.chain.now());
        if (!checked) {
            return checked.error();
        }
        KEEL_TRY(const auto found, find_coins(context, mining::coins_needed(proposal)));
        if (found.tip != &tip) {
            continue;
        }
        const auto verdict = mining::connect_proposal(proposal, *checked, found.coins);
        return verdict ? std::nullopt : std::optional(verdict.error().reason());
    }
    return "inconclusive-not-best-prevblk";
}

void TemplateDesk::note(const mining::Selection& selection) {
    const std::lock_guard lock(figures_);
    last_block_ = {.weight = selection.weight, .txs = selection.txs.size()};
}

std::optional<TemplateDesk::LastBlock> TemplateDesk::last_block() const {
    const std::lock_guard lock(figures_);
    return last_block_;
}

std::uint64_t TemplateDesk::pool_sequence() const {
    const std::lock_guard lock(making_);
    return template_ ? template_->pool_sequence : 0;
}

Outcome<std::shared_ptr<const DeskTemplate>> TemplateDesk::current(const Context& context) {
    const std::lock_guard lock(making_);
    const std::int64_t now = to_seconds(context.chain.now());
    const bool same_tip = template_ && template_->parent == &context.chain.tip();
    if (same_tip &&
        (template_->pool_sequence == context.pool.view().totals().sequence || now - template_->time <= kKeepSeconds)) {
        return template_;
    }
    KEEL_TRY(auto block, assemble_block(context, {}));
    const bool segwit = consensus::is_active(context.chain.params().buried.segwit, block.made.height);
    auto fresh = std::make_shared<DeskTemplate>();
    fresh->parent = block.parent;
    fresh->txs_json = txs_json(block.made, segwit);
    fresh->made = std::move(block.made);
    fresh->pool_sequence = block.pool_sequence;
    fresh->time = now;
    template_ = fresh;
    return template_;
}

}  // namespace keel::rpc
