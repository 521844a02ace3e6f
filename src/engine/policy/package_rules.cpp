#include "engine/policy/package_rules.hpp"

#include <algorithm>
#include <set>

#include "engine/policy/tables.hpp"

namespace keel::policy {

namespace {

using primitives::OutPoint;
using primitives::Txid;
using primitives::TxView;

std::vector<Txid> txids_of(PackageTxs package) {
    std::vector<Txid> txids;
    txids.reserve(package.size());
    for (const TxPtr& tx : package) {
        txids.push_back(tx->txid());
    }
    return txids;
}

bool spends_any_of(TxView tx, const std::set<Txid>& txids) {
    for (std::size_t i = 0; i < tx.input_count(); ++i) {
        if (txids.contains(tx.input(i).prevout().txid)) {
            return true;
        }
    }
    return false;
}

bool few_enough(const PackageTxs& package) { return package.size() <= kPackageCountMax; }

// A single transaction is better told about its own weight.
bool light_enough(const PackageTxs& package) {
    std::int64_t weight = 0;
    for (const TxPtr& tx : package) {
        weight += tx->view().weight().value();
    }
    return package.size() <= 1 || weight <= kPackageWeightMax;
}

bool all_different(const PackageTxs& package) {
    std::vector<Txid> txids = txids_of(package);
    std::ranges::sort(txids);
    return std::ranges::adjacent_find(txids) == txids.end();
}

bool parents_first(const PackageTxs& package) {
    const std::vector<Txid> txids = txids_of(package);
    std::set<Txid> not_before(txids.begin(), txids.end());
    return std::ranges::all_of(package, [&](const TxPtr& tx) {
        const bool fine = !spends_any_of(tx->view(), not_before);
        not_before.erase(tx->txid());
        return fine;
    });
}

// What one transaction spends twice is left to the rules about itself.
bool no_conflict(const PackageTxs& package) {
    std::set<OutPoint> spent;
    for (const TxPtr& tx : package) {
        const TxView view = tx->view();
        for (std::size_t i = 0; i < view.input_count(); ++i) {
            if (spent.contains(view.input(i).prevout())) {
                return false;
            }
        }
        for (std::size_t i = 0; i < view.input_count(); ++i) {
            spent.insert(view.input(i).prevout());
        }
        if (view.input_count() == 0) {
            return false;
        }
    }
    return true;
}

bool child_with_parents(const PackageTxs& package) {
    if (package.size() <= 1) {
        return true;
    }
    const TxView child = package.back()->view();
    return std::ranges::all_of(package.first(package.size() - 1),
                               [&](const TxPtr& parent) { return spends_any_of(child, {parent->txid()}); });
}

constexpr std::array<Rule<PackageTxs>, 5> kPackageRules{{
    {{.id = "package-count",
      .sentence = "A package MUST NOT have more than 25 transactions.",
      .source = "policy",
      .token = "package-too-many-transactions",
      .debug = "",
      .kind = RejectKind::pool_policy,
      .blame = false},
     few_enough},
    {{.id = "package-weight",
      .sentence = "The transactions of a package MUST NOT weigh more than 404,000 together.",
      .source = "policy",
      .token = "package-too-large",
      .debug = "",
      .kind = RejectKind::pool_policy,
      .blame = false},
     light_enough},
    {{.id = "package-different",
      .sentence = "A package MUST NOT contain a transaction twice, nor with two witnesses.",
      .source = "policy",
      .token = "package-contains-duplicates",
      .debug = "",
      .kind = RejectKind::pool_policy,
      .blame = false},
     all_different},
    {{.id = "package-sorted",
      .sentence = "Parents in a package MUST come before their children.",
      .source = "policy",
      .token = "package-not-sorted",
      .debug = "",
      .kind = RejectKind::pool_policy,
      .blame = false},
     parents_first},
    {{.id = "package-no-conflict",
      .sentence = "Transactions of a package MUST NOT spend the same output.",
      .source = "policy",
      .token = "conflict-in-package",
      .debug = "",
      .kind = RejectKind::pool_policy,
      .blame = false},
     no_conflict},
}};

constexpr std::array<Rule<PackageTxs>, 1> kTopologyRules{{
    {{.id = "package-child-with-parents",
      .sentence = "The last transaction of a submitted package MUST spend an output of each other one.",
      .source = "policy",
      .token = "package-not-child-with-parents",
      .debug = "",
      .kind = RejectKind::pool_policy,
      .blame = false},
     child_with_parents},
}};

constexpr std::array kPhases{
    Phase{"package", "each package", kInfos<kPackageRules>},
    Phase{"package-topology", "each package that is submitted", kInfos<kTopologyRules>},
};

}  // namespace

Verdict check_package(PackageTxs package) { return run_phase<kPackageRules>(package); }

Verdict check_child_with_parents(PackageTxs package) { return run_phase<kTopologyRules>(package); }

std::span<const Phase> package_phases() { return kPhases; }

}  // namespace keel::policy
