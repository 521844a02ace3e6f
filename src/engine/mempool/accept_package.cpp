// Several transactions at once.
#include <algorithm>

#include "engine/mempool/accept.hpp"
#include "engine/policy/fee_rules.hpp"
#include "engine/policy/pool_rules.hpp"
#include "engine/policy/standard_tx.hpp"

namespace keel::mempool {

using consensus::Reject;
using primitives::TxView;

namespace {

TxResult rejected(Reject reject) {
    TxResult out{.outcome = TxOutcome::rejected};
    out.reject = std::move(reject);
    return out;
}

// A rule about one transaction, told about the package.
Failure<Stop> of_package(const policy::RuleInfo& rule, std::string reason, std::string debug) {
    return Failure<Stop>(Reject(rule, std::move(reason), std::move(debug)));
}

}  // namespace

OrDisk<PackageResult> Acceptance::several(policy::PackageTxs txs) {
    PackageResult out;
    members_.reserve(txs.size());  // candidates are pointed into
    const Step attempt = check_package(txs, out);
    if (!attempt) {
        if (const auto* disk = std::get_if<store::KvError>(&attempt.error())) {
            return Failure(*disk);
        }
        out.reject = std::get<Reject>(attempt.error());
        return out;
    }
    if (!options_.test) {
        commit();
    }
    return out;
}

Step Acceptance::check_package(policy::PackageTxs txs, PackageResult& out) {
    KEEL_CHECK(examine_all(txs, out));
    for (std::size_t i = 0; i < members_.size(); ++i) {
        KEEL_CHECK(check_package_truc(i, txs));
    }
    KEEL_CHECK(check_package_fees(out));
    if (std::ranges::any_of(members_, [](const Candidate& it) { return !it.conflicts.empty(); })) {
        KEEL_CHECK(check_package_replacement());
    }
    KEEL_CHECK(check_cluster());
    if (contents_.policy().require_standard) {
        for (const Candidate& it : members_) {
            if (const Step spent = check_dust_spent(it); !spent) {
                out.txs.insert_or_assign(it.tx->wtxid(), rejected(std::get<Reject>(spent.error())));
                return Failure<Stop>(Reject(policy::kPackageDustRule));
            }
        }
    }
    return check_package_scripts(out);
}

Step Acceptance::examine_all(policy::PackageTxs txs, PackageResult& out) {
    for (const TxPtr& tx : txs) {
        members_.push_back({.tx = tx, .coins = {}, .views = {}, .parents = {}, .conflicts = {}, .entry = {}});
        Candidate& it = members_.back();
        Step verdict = examine(it);
        if (verdict) {
            verdict = check_rate_max(it);
        }
        if (!verdict && std::holds_alternative<Reject>(verdict.error())) {
            out.txs.insert_or_assign(tx->wtxid(), rejected(std::get<Reject>(verdict.error())));
            return Failure<Stop>(Reject(policy::kMembersRule));
        }
        KEEL_CHECK(verdict);
    }
    return {};
}

Step Acceptance::check_package_truc(std::size_t position, policy::PackageTxs txs) const {
    const Candidate& it = members_[position];
    std::vector<policy::TrucParent> parents;
    parents.reserve(it.parents.size());
    for (const EntryPtr& parent : it.parents) {
        parents.push_back({.tx = policy::TrucTx::of(parent->tx->view()),
                           .ancestors = contents_.graph().ancestor_totals(parent->handle).count,
                           .descendants = contents_.graph().descendant_totals(parent->handle).count});
    }
    KEEL_CHECK(policy::check_truc_in_package({.tx = policy::TrucTx::of(it.tx->view()),
                                              .vsize = it.entry.vsize(),
                                              .parents = parents,
                                              .package = txs,
                                              .position = position}));
    return {};
}

policy::FeeRate Acceptance::total_rate() const {
    std::int64_t fee = 0;
    std::int64_t vsize = 0;
    for (const Candidate& it : members_) {
        fee += it.entry.modified_fee.satoshi();
        vsize += it.entry.vsize();
    }
    return {Amount(fee), vsize};
}

Step Acceptance::check_package_fees(PackageResult& out) const {
    if (!options_.package_rates) {
        return {};
    }
    const policy::FeeRate total = total_rate();
    const auto verdict = policy::check_fee({.fee = total.fee(),
                                            .vsize = total.vsize(),
                                            .pool_min = contents_.min_rate(chain_.now),
                                            .relay_min = contents_.policy().min_relay});
    if (verdict) {
        return {};
    }
    TxResult result = rejected(verdict.error());
    result.effective_rate = total;
    for (const Candidate& it : members_) {
        result.effective_txs.push_back(it.tx->wtxid());
    }
    out.txs.insert_or_assign(members_.back().tx->wtxid(), std::move(result));
    return Failure<Stop>(Reject(policy::kMembersRule));
}

Step Acceptance::check_package_replacement() {
    constexpr std::string_view kPrefix = "package RBF failed: ";
    if (members_.size() != 2) {
        return Failure<Stop>(Reject(policy::kPackagePairRule));
    }
    std::vector<TxHandle> direct;
    std::vector<EntryPtr> conflicts;
    for (const Candidate& it : members_) {
        if (!it.parents.empty()) {
            return Failure<Stop>(Reject(policy::kPackageAncestorsRule));
        }
        for (const EntryPtr& conflict : it.conflicts) {
            direct.push_back(conflict->handle);
            conflicts.push_back(conflict);
        }
    }
    const policy::FeeRate total = total_rate();
    const Entry& parent = members_.front().entry;
    policy::Replacement replacement{.txid = members_.back().tx->txid(),
                                    .fee = total.fee(),
                                    .vsize = total.vsize(),
                                    .clusters = contents_.graph().distinct_clusters(direct),
                                    .replaced_fees = {},
                                    .incremental = contents_.policy().incremental};
    if (const auto verdict = policy::check_replacement_reach(replacement); !verdict) {
        const Reject& why = verdict.error();
        return of_package(why.rule(), std::string(kPrefix) + why.reason(), why.debug());
    }
    stage_removals(conflicts);
    replacement.replaced_fees = replaced_fees();
    if (const auto verdict = policy::check_replacement_fees(replacement); !verdict) {
        return of_package(verdict.error().rule(), std::string(kPrefix) + "insufficient anti-DoS fees",
                          verdict.error().debug());
    }
    const policy::FeeRate parent_rate(parent.modified_fee, parent.vsize());
    if (total <= parent_rate) {
        return of_package(policy::kPackageParentRateRule, std::string(policy::kPackageParentRateRule.token),
                          "package feerate " + total.text() + " <= parent feerate is " + parent_rate.text());
    }
    KEEL_CHECK(check_cluster());
    if (!staging_.improves()) {
        return of_package(policy::kDiagramRule, std::string(kPrefix) + std::string(policy::kDiagramRule.debug), "");
    }
    return {};
}

Step Acceptance::check_dust_spent(const Candidate& it) const {
    const TxView tx = it.tx->view();
    std::vector<OutPoint> dust;
    std::vector<Txid> seen;
    for (std::size_t i = 0; i < tx.input_count(); ++i) {
        const Txid txid = tx.input(i).prevout().txid;
        const TxPtr parent = find_parent(txid);
        if (parent == nullptr || std::ranges::find(seen, txid) != seen.end()) {
            continue;
        }
        seen.push_back(txid);
        for (const std::uint32_t index : policy::dust_outputs(parent->view(), contents_.policy().dust)) {
            dust.push_back({txid, index});
        }
    }
    for (std::size_t i = 0; i < tx.input_count() && !dust.empty(); ++i) {
        std::erase(dust, tx.input(i).prevout());
    }
    if (dust.empty()) {
        return {};
    }
    return of_package(
        policy::kDustSpentRule, std::string(policy::kDustSpentRule.token),
        "tx " + to_hex(tx.txid()) + " (wtxid=" + to_hex(tx.wtxid()) + ") did not spend parent's ephemeral dust");
}

Step Acceptance::check_package_scripts(PackageResult& out) const {
    std::vector<Wtxid> all;
    all.reserve(members_.size());
    for (const Candidate& it : members_) {
        all.push_back(it.tx->wtxid());
    }
    for (const Candidate& it : members_) {
        if (const Step scripts = check_scripts(it); !scripts) {
            if (!options_.test) {
                out.txs.clear();
            }
            out.txs.insert_or_assign(it.tx->wtxid(), rejected(std::get<Reject>(scripts.error())));
            return Failure<Stop>(Reject(policy::kMembersRule));
        }
        TxResult result = success(it);
        if (options_.package_rates) {
            result.effective_rate = total_rate();
            result.effective_txs = all;
        }
        if (&it != &members_.front()) {
            result.replaced.clear();  // told with the first
        }
        out.txs.insert_or_assign(it.tx->wtxid(), std::move(result));
    }
    return {};
}

}  // namespace keel::mempool
