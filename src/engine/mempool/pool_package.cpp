// Packages: first each transaction alone, then what remains together.
#include "engine/mempool/pool_impl.hpp"
#include "engine/policy/pool_rules.hpp"

namespace keel::mempool {

using consensus::Reject;
using consensus::RejectKind;

namespace {

TxResult no_room() {
    TxResult out{.outcome = TxOutcome::rejected};
    out.reject = Reject(policy::kRoomRule).within(RejectKind::pool_policy, "");
    return out;
}

}  // namespace

OrDisk<PackageResult> Pool::Impl::test_package(policy::PackageTxs txs, const ChainState& chain) {
    if (auto form = policy::check_package(txs); !form) {
        return PackageResult{.reject = std::move(form.error())};
    }
    const AcceptOptions options{
        .test = true, .allow_replacement = false, .allow_sibling_eviction = false, .time = chain.now};
    return Acceptance(contents_, chain, options).several(txs);
}

OrDisk<PackageResult> Pool::Impl::accept_package(policy::PackageTxs txs, std::optional<policy::FeeRate> rate_max,
                                                 const ChainState& chain) {
    if (auto form = policy::check_package(txs); !form) {
        return PackageResult{.reject = std::move(form.error())};
    }
    if (auto topology = policy::check_child_with_parents(txs); !topology) {
        return PackageResult{.reject = std::move(topology.error())};
    }
    Attempt attempt;
    const AcceptOptions alone{.rate_max = rate_max, .time = chain.now};
    for (const TxPtr& tx : txs) {
        KEEL_CHECK(try_alone(tx, {attempt, txs.size() == 1}, {alone, chain}));
    }
    PackageResult out;
    if (attempt.hopeless) {
        out.reject = Reject(policy::kMembersRule);
    } else if (attempt.together.size() == 1) {
        KEEL_TRY(TxResult result, Acceptance(contents_, chain, alone).single(attempt.together.front()));
        if (result.outcome == TxOutcome::rejected) {
            out.reject = Reject(policy::kMembersRule);
        }
        out.txs.emplace(attempt.together.front()->wtxid(), std::move(result));
    } else if (!attempt.together.empty()) {
        const AcceptOptions together{
            .allow_sibling_eviction = false, .package_rates = true, .rate_max = rate_max, .time = chain.now};
        KEEL_TRY(out, Acceptance(contents_, chain, together).several(attempt.together));
    }
    contents_.enforce_limits(chain.now);
    conclude(txs, attempt, out);
    return out;
}

OrDisk<void> Pool::Impl::try_alone(const TxPtr& tx, Trial trial, const Surroundings& around) {
    Attempt& attempt = trial.attempt;
    if (const EntryPtr entry = contents_.find(tx->txid()); entry != nullptr) {
        TxResult known{.outcome = TxOutcome::in_pool, .vsize = entry->vsize(), .fee = entry->fee};
        if (entry->wtxid() != tx->wtxid()) {
            known.outcome = TxOutcome::different_witness;
            known.other = entry->wtxid();
        }
        attempt.final.emplace(tx->wtxid(), std::move(known));
        return {};
    }
    KEEL_TRY(TxResult result, Acceptance(contents_, around.chain, around.options).single(tx));
    if (result.outcome == TxOutcome::accepted) {
        attempt.final.emplace(tx->wtxid(), std::move(result));
        return {};
    }
    // Together only fees are judged otherwise, and parents found that are not accepted alone.
    const RejectKind kind = result.reject->kind();
    if (trial.only || (kind != RejectKind::fee_too_low && kind != RejectKind::missing_data)) {
        attempt.hopeless = true;
    } else {
        attempt.together.push_back(tx);
    }
    attempt.alone.emplace(tx->wtxid(), std::move(result));
    return {};
}

// The pool may have thrown out what was accepted before.
void Pool::Impl::conclude(policy::PackageTxs txs, Attempt& attempt, PackageResult& out) const {
    std::map<Wtxid, TxResult> results;
    const auto is_gone = [&](const TxPtr& tx) { return contents_.find(tx->txid()) == nullptr; };
    for (const TxPtr& tx : txs) {
        const Wtxid& wtxid = tx->wtxid();
        if (const auto joint = out.txs.find(wtxid); joint != out.txs.end()) {
            const bool evicted = joint->second.outcome == TxOutcome::accepted && is_gone(tx);
            results.emplace(wtxid, evicted ? no_room() : std::move(joint->second));
            if (evicted) {
                out.reject = Reject(policy::kMembersRule);
            }
        } else if (const auto done = attempt.final.find(wtxid); done != attempt.final.end()) {
            if (is_gone(tx)) {
                out.reject = Reject(policy::kMembersRule);
                done->second = no_room();
            }
            results.emplace(wtxid, std::move(done->second));
        } else if (const auto alone = attempt.alone.find(wtxid); alone != attempt.alone.end()) {
            results.emplace(wtxid, std::move(alone->second));
        }
    }
    out.txs = std::move(results);
}

}  // namespace keel::mempool
