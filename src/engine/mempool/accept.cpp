#include "engine/mempool/accept.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "engine/headers/history.hpp"
#include "engine/policy/fee_rules.hpp"
#include "engine/policy/pool_rules.hpp"
#include "engine/policy/standard_spend.hpp"
#include "rules/consensus/limits.hpp"
#include "rules/consensus/script_checks.hpp"
#include "rules/consensus/spend_rules.hpp"
#include "rules/consensus/tx_rules.hpp"
#include "rules/script/sigops.hpp"

namespace keel::mempool {

using consensus::Reject;
using primitives::Coin;
using primitives::CoinView;
using primitives::TxView;

namespace {

// Outputs that are looked at to tell a transaction that was mined from one whose parents are unknown.
constexpr std::size_t kKnownOutputsMax = 16;

Failure<Stop> stop(const policy::RuleInfo& rule) { return Failure<Stop>(Reject(rule)); }

bool by_txid(const EntryPtr& a, const EntryPtr& b) { return a->txid() < b->txid(); }

void make_set(std::vector<EntryPtr>& entries) {
    std::ranges::sort(entries, by_txid);
    const auto repeated =
        std::ranges::unique(entries, [](const EntryPtr& a, const EntryPtr& b) { return a->txid() == b->txid(); });
    entries.erase(repeated.begin(), repeated.end());
}

std::vector<TxHandle> handles_of(std::span<const EntryPtr> entries) {
    std::vector<TxHandle> out;
    out.reserve(entries.size());
    for (const EntryPtr& entry : entries) {
        out.push_back(entry->handle);
    }
    return out;
}

// What a reorganization could change about when this may be mined.
LockPoints lock_points(TxView tx, std::span<const CoinView> coins, const headers::Node& tip) {
    LockPoints out{.locks = consensus::sequence_locks(tx, coins, headers::History(tip))};
    for (std::size_t i = 0; i < coins.size(); ++i) {
        const Height height = coins[i].height;
        if (height > tip.height()) {
            continue;  // of the pool
        }
        const bool locked = tx.version() >= 2 && (tx.input(i).sequence() & consensus::kSequenceDisabled) == 0;
        out.newest_coin = locked ? std::max(out.newest_coin, height) : out.newest_coin;
        out.newest_coinbase = coins[i].coinbase ? std::max(out.newest_coinbase, height) : out.newest_coinbase;
    }
    return out;
}

Reject with_sibling(const Reject& reject, bool sibling) {
    return sibling ? Reject(reject.rule(), reject.reason() + " (including sibling eviction)", reject.debug()) : reject;
}

}  // namespace

OrDisk<TxResult> Acceptance::single(const TxPtr& tx) {
    members_.push_back({.tx = tx, .coins = {}, .views = {}, .parents = {}, .conflicts = {}, .entry = {}});
    Candidate& it = members_.back();
    const auto attempt = [&]() -> Step {
        KEEL_CHECK(examine(it));
        if (!it.conflicts.empty()) {
            KEEL_CHECK(check_replacement(it));
        }
        KEEL_CHECK(check_cluster());
        KEEL_CHECK(check_not_parent(it));
        KEEL_CHECK(check_rate_max(it));
        if (!options_.bypass_limits && contents_.policy().require_standard) {
            KEEL_CHECK(check_dust_spent(it));
        }
        KEEL_CHECK(check_scripts(it));
        return options_.fee_max && it.entry.fee > *options_.fee_max ? stop(policy::kMaxFeeRule) : Step();
    }();
    if (attempt) {
        TxResult out = success(it);
        if (!options_.test) {
            commit();
        }
        return out;
    }
    if (const auto* disk = std::get_if<store::KvError>(&attempt.error())) {
        return Failure(*disk);
    }
    const auto& reject = std::get<Reject>(attempt.error());
    TxResult out{.outcome = TxOutcome::rejected, .reject = reject};
    if (reject.kind() == consensus::RejectKind::fee_too_low) {
        out.effective_rate = policy::FeeRate(it.entry.modified_fee, it.entry.vsize());
        out.effective_txs = {tx->wtxid()};
    }
    return out;
}

Step Acceptance::examine(Candidate& it) {
    KEEL_CHECK(check_form(it));
    KEEL_CHECK(check_pool(it));
    KEEL_CHECK(find_coins(it));
    KEEL_CHECK(check_coins(it));
    stage(it);
    KEEL_CHECK(check_fees(it));
    return check_truc(it);
}

Step Acceptance::check_form(const Candidate& it) const {
    const TxView tx = it.tx->view();
    KEEL_CHECK(consensus::check_tx(tx));
    KEEL_CHECK(policy::check_loose_tx(tx));
    if (contents_.policy().require_standard) {
        KEEL_CHECK(policy::check_standard_tx(tx, contents_.policy()));
    }
    KEEL_CHECK(policy::check_loose_size(tx));
    if (!consensus::is_final(tx, chain_.tip.height() + 1, chain_.tip.median_time_past())) {
        return stop(policy::kFinalRule);
    }
    return {};
}

Step Acceptance::check_pool(Candidate& it) const {
    if (contents_.find(it.tx->wtxid()) != nullptr) {
        return stop(policy::kNotInPoolRule);
    }
    if (contents_.find(it.tx->txid()) != nullptr) {
        return stop(policy::kOtherWitnessRule);
    }
    const TxView tx = it.tx->view();
    for (std::size_t i = 0; i < tx.input_count(); ++i) {
        EntryPtr spender = contents_.spender(tx.input(i).prevout());
        if (spender == nullptr) {
            continue;
        }
        if (!options_.allow_replacement) {
            return stop(policy::kNoReplacementRule);
        }
        it.conflicts.push_back(std::move(spender));
    }
    make_set(it.conflicts);
    return {};
}

TxPtr Acceptance::find_parent(const Txid& txid) const {
    if (const auto found = by_txid_.find(txid); found != by_txid_.end()) {
        return members_[found->second].tx;
    }
    const EntryPtr entry = contents_.find(txid);
    return entry == nullptr ? nullptr : entry->tx;
}

Step Acceptance::find_coins(Candidate& it) const {
    const TxView tx = it.tx->view();
    it.coins.resize(tx.input_count());
    std::vector<std::size_t> in_chain;
    for (std::size_t i = 0; i < tx.input_count(); ++i) {
        const OutPoint prevout = tx.input(i).prevout();
        const TxPtr parent = find_parent(prevout.txid);
        if (parent == nullptr) {
            in_chain.push_back(i);
            continue;
        }
        if (prevout.index >= parent->view().output_count()) {
            return explain_missing(it);
        }
        const primitives::OutputView output = parent->view().output(prevout.index);
        it.coins[i] = {output.value(), chain_.tip.height() + 1, false, to_bytes(output.script())};
        if (EntryPtr in_pool = contents_.find(prevout.txid); in_pool != nullptr && !by_txid_.contains(prevout.txid)) {
            it.parents.push_back(std::move(in_pool));
        }
    }
    make_set(it.parents);
    KEEL_CHECK(look_up_in_chain(it, in_chain));
    it.views.clear();
    for (const Coin& coin : it.coins) {
        it.views.push_back(coin.view());
    }
    return {};
}

OrDisk<std::optional<LockPoints>> Acceptance::lock_points_now(const TxPtr& tx) const {
    Candidate it{.tx = tx, .coins = {}, .views = {}, .parents = {}, .conflicts = {}, .entry = {}};
    const Step found = find_coins(it);
    if (found) {
        return lock_points(tx->view(), it.views, chain_.tip);
    }
    if (const auto* disk = std::get_if<store::KvError>(&found.error())) {
        return Failure(*disk);
    }
    return std::nullopt;
}

Step Acceptance::look_up_in_chain(Candidate& it, std::span<const std::size_t> inputs) const {
    if (inputs.empty()) {
        return {};
    }
    std::vector<OutPoint> outpoints;
    outpoints.reserve(inputs.size());
    for (const std::size_t i : inputs) {
        outpoints.push_back(it.tx->view().input(i).prevout());
    }
    KEEL_TRY(auto found, chain_.coins.find(outpoints));
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        if (!found[i]) {
            return explain_missing(it);
        }
        it.coins[inputs[i]] = *std::move(found[i]);
    }
    return {};
}

// Inputs are also missing when the transaction itself was mined.
Step Acceptance::explain_missing(const Candidate& it) const {
    std::vector<OutPoint> own;
    const std::size_t count = std::min(it.tx->view().output_count(), kKnownOutputsMax);
    own.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        own.push_back({it.tx->txid(), static_cast<std::uint32_t>(i)});
    }
    KEEL_TRY(const auto found, chain_.coins.find(own));
    const bool mined = std::ranges::any_of(found, [](const auto& coin) { return coin.has_value(); });
    return stop(mined ? policy::kNotConfirmedRule : policy::kInputsKnownRule);
}

Step Acceptance::check_coins(Candidate& it) const {
    const TxView tx = it.tx->view();
    it.entry.lock_points = lock_points(tx, it.views, chain_.tip);
    if (!consensus::locks_passed(it.entry.lock_points.locks, headers::History(chain_.tip))) {
        return stop(policy::kSequenceFinalRule);
    }
    KEEL_TRY(it.entry.fee, consensus::check_spends(tx, it.views, chain_.tip.height() + 1));
    if (contents_.policy().require_standard) {
        KEEL_CHECK(policy::check_standard_spend(tx, it.views));
        KEEL_CHECK(policy::check_standard_witness(tx, it.views));
    }
    return {};
}

void Acceptance::stage(Candidate& it) {
    const TxView tx = it.tx->view();
    Entry& entry = it.entry;
    entry.tx = it.tx;
    entry.sigop_cost = script::sigop_cost(tx, it.views, script::kStandardFlags);
    entry.weight = tx.weight().value();
    entry.adjusted_weight = policy::adjusted_weight(entry.weight, entry.sigop_cost, contents_.policy().bytes_per_sigop);
    entry.modified_fee = entry.fee.add(contents_.delta(it.tx->txid())).value_or(entry.fee);
    entry.time = options_.time;
    entry.height = chain_.tip.height();
    entry.sequence = options_.bypass_limits ? 0 : contents_.sequence();
    entry.handle =
        staging_.add({entry.modified_fee.satoshi(), entry.adjusted_weight}, hash_cast<txgraph::TieKey>(it.tx->txid()));
    by_txid_.emplace(it.tx->txid(), static_cast<std::size_t>(&it - members_.data()));
}

Step Acceptance::check_fees(const Candidate& it) const {
    const Entry& entry = it.entry;
    if (contents_.policy().require_standard) {
        KEEL_CHECK(policy::check_dust_fee(it.tx->view(), contents_.policy(), entry.fee, entry.modified_fee));
    }
    KEEL_CHECK(policy::check_sigop_cost(entry.sigop_cost));
    if (!options_.bypass_limits && !options_.package_rates) {
        KEEL_CHECK(policy::check_fee({.fee = entry.modified_fee,
                                      .vsize = entry.vsize(),
                                      .pool_min = contents_.min_rate(chain_.now),
                                      .relay_min = contents_.policy().min_relay}));
    }
    return {};
}

std::vector<policy::TrucParent> Acceptance::truc_parents(const Candidate& it) const {
    txgraph::Graph& graph = contents_.graph();
    std::vector<policy::TrucParent> out;
    for (const EntryPtr& parent : it.parents) {
        const std::vector<TxHandle> family = graph.descendants(parent->handle);
        const bool child_goes = std::ranges::any_of(family, [&](TxHandle handle) {
            return handle != parent->handle &&
                   std::ranges::any_of(it.conflicts, [&](const EntryPtr& gone) { return gone->handle == handle; });
        });
        out.push_back({.tx = policy::TrucTx::of(parent->tx->view()),
                       .ancestors = graph.ancestor_totals(parent->handle).count,
                       .descendants = child_goes ? 1 : family.size()});
    }
    return out;
}

// The one other child of the one parent, when nothing hangs on it: replacing it frees the place.
EntryPtr Acceptance::evictable_sibling(const Candidate& it) const {
    txgraph::Graph& graph = contents_.graph();
    const std::vector<TxHandle> family = graph.descendants(it.parents.front()->handle);
    const bool simple = family.size() == policy::kTrucDescendantsMax &&
                        graph.ancestor_totals(family.back()).count == policy::kTrucAncestorsMax;
    return simple ? contents_.at(family.back()) : nullptr;
}

Step Acceptance::check_truc(Candidate& it) const {
    if (options_.bypass_limits) {
        return {};
    }
    const std::vector<policy::TrucParent> parents = truc_parents(it);
    const auto verdict =
        policy::check_truc({.tx = policy::TrucTx::of(it.tx->view()), .vsize = it.entry.vsize(), .parents = parents});
    if (verdict) {
        return {};
    }
    EntryPtr sibling;
    if (options_.allow_sibling_eviction && policy::is_sibling_conflict(verdict.error())) {
        sibling = evictable_sibling(it);
    }
    if (sibling == nullptr) {
        return Failure<Stop>(verdict.error());
    }
    it.conflicts.push_back(std::move(sibling));
    make_set(it.conflicts);
    it.evicts_sibling = true;
    return {};
}

void Acceptance::stage_removals(std::span<const EntryPtr> conflicts) {
    const std::vector<TxHandle> direct = handles_of(conflicts);
    const std::vector<TxHandle> all = contents_.graph().descendants(direct);
    replaced_ = contents_.at(all);
}

Amount Acceptance::replaced_fees() const {
    std::int64_t sum = 0;
    for (const EntryPtr& entry : replaced_) {
        sum += entry->modified_fee.satoshi();
    }
    return Amount(sum);
}

Step Acceptance::check_replacement(const Candidate& it) {
    policy::Replacement replacement{.txid = it.tx->txid(),
                                    .fee = it.entry.modified_fee,
                                    .vsize = it.entry.vsize(),
                                    .clusters = contents_.graph().distinct_clusters(handles_of(it.conflicts)),
                                    .replaced_fees = {},
                                    .incremental = contents_.policy().incremental};
    if (const auto verdict = policy::check_replacement_reach(replacement); !verdict) {
        return Failure<Stop>(with_sibling(verdict.error(), it.evicts_sibling));
    }
    stage_removals(it.conflicts);
    replacement.replaced_fees = replaced_fees();
    if (const auto verdict = policy::check_replacement_fees(replacement); !verdict) {
        return Failure<Stop>(with_sibling(verdict.error(), it.evicts_sibling));
    }
    KEEL_CHECK(check_cluster());
    if (!staging_.improves()) {
        return stop(policy::kDiagramRule);
    }
    return {};
}

void Acceptance::link() {
    if (std::exchange(linked_, true)) {
        return;
    }
    for (const EntryPtr& gone : replaced_) {
        staging_.remove(gone->handle);
    }
    for (const Candidate& it : members_) {
        const TxView tx = it.tx->view();
        for (const EntryPtr& parent : it.parents) {
            if (staging_.contains(parent->handle)) {
                staging_.link(parent->handle, it.entry.handle);
            }
        }
        for (std::size_t i = 0; i < tx.input_count(); ++i) {
            const auto found = by_txid_.find(tx.input(i).prevout().txid);
            if (found != by_txid_.end()) {
                staging_.link(members_[found->second].entry.handle, it.entry.handle);
            }
        }
    }
}

Step Acceptance::check_cluster() {
    link();
    return staging_.fits() ? Step() : stop(policy::kClusterRule);
}

Step Acceptance::check_not_parent(const Candidate& it) const {
    if (it.conflicts.empty()) {
        return {};
    }
    for (const TxHandle ancestor : contents_.graph().ancestors(handles_of(it.parents))) {
        const auto gone =
            std::ranges::find(it.conflicts, ancestor, [](const EntryPtr& entry) { return entry->handle; });
        if (gone != it.conflicts.end()) {
            return Failure<Stop>(
                Reject(policy::kSpendsReplacedRule, std::string(policy::kSpendsReplacedRule.token),
                       to_hex(it.tx->txid()) + " spends conflicting transaction " + to_hex((*gone)->txid())));
        }
    }
    return {};
}

Step Acceptance::check_rate_max(const Candidate& it) const {
    const policy::FeeRate rate(it.entry.modified_fee, it.entry.vsize());
    return options_.rate_max && rate > *options_.rate_max ? stop(policy::kMaxRateRule) : Step();
}

// What holds under the flags of policy holds under those of the next block too, which are some of them.
Step Acceptance::check_scripts(const Candidate& it) const {
    static_assert(script::kMandatoryFlags.is_subset_of(script::kStandardFlags));
    const TxView tx = it.tx->view();
    const auto verdict = consensus::check_tx_scripts(tx, it.views, script::kStandardFlags);
    if (verdict) {
        return {};
    }
    const bool stripped = !tx.has_witness() && policy::wants_witness(tx, it.views);
    const auto kind = stripped ? consensus::RejectKind::witness_stripped : verdict.error().kind();
    return Failure<Stop>(verdict.error().within(kind, verdict.error().debug()));
}

TxResult Acceptance::success(const Candidate& it) const {
    TxResult out{.outcome = TxOutcome::accepted, .vsize = it.entry.vsize(), .fee = it.entry.fee};
    out.effective_rate = policy::FeeRate(it.entry.modified_fee, it.entry.vsize());
    out.effective_txs = {it.tx->wtxid()};
    for (const EntryPtr& gone : replaced_) {
        out.replaced.push_back(gone->tx);
    }
    return out;
}

void Acceptance::commit() {
    Contents::Change change;
    for (const EntryPtr& gone : replaced_) {
        change.removed.push_back({gone->handle, RemovalReason::replaced});
    }
    for (const Candidate& it : members_) {
        change.added.push_back(it.entry);
    }
    contents_.commit(staging_, change);
}

}  // namespace keel::mempool
