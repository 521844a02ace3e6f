#include "engine/policy/truc.hpp"

#include <algorithm>

#include "base/hex.hpp"
#include "engine/policy/tables.hpp"

namespace keel::policy {

namespace {

using consensus::Reject;

bool spends(const primitives::TxPtr& child, const primitives::Txid& parent) {
    const primitives::TxView tx = child->view();
    for (std::size_t i = 0; i < tx.input_count(); ++i) {
        if (tx.input(i).prevout().txid == parent) {
            return true;
        }
    }
    return false;
}

std::string name(const TrucTx& tx) { return to_hex(tx.txid) + " (wtxid=" + to_hex(tx.wtxid) + ")"; }

Reject violation(const RuleInfo& rule, std::string debug) {
    return Reject(rule, std::string(rule.token), std::move(debug));
}

Reject too_big(const RuleInfo& rule, const TrucTx& tx, std::int64_t vsize, std::int64_t limit) {
    const std::string kind = limit == kTrucChildVsizeMax ? "version=3 child tx " : "version=3 tx ";
    return violation(rule, kind + name(tx) + " is too big: " + std::to_string(vsize) + " > " + std::to_string(limit) +
                               " virtual bytes");
}

Reject mixed(const RuleInfo& rule, const TrucTx& tx, const TrucTx& parent) {
    const std::string_view child_is = tx.is_truc() ? "version=3 tx " : "non-version=3 tx ";
    const std::string_view parent_is = parent.is_truc() ? "version=3 tx " : "non-version=3 tx ";
    return violation(rule,
                     std::string(child_is) + name(tx) + " cannot spend from " + std::string(parent_is) + name(parent));
}

Reject ancestors_exceeded(const RuleInfo& rule, const TrucTx& tx) {
    return violation(rule, "tx " + name(tx) + " would have too many ancestors");
}

Reject descendants_exceeded(const RuleInfo& rule, const TrucTx& parent) {
    return violation(rule, "tx " + name(parent) + " would exceed descendant count limit");
}

// ---- a transaction alone ----

const TrucParent* mixed_parent(const TrucSingle& it) {
    const auto found = std::ranges::find_if(
        it.parents, [&](const TrucParent& parent) { return parent.tx.is_truc() != it.tx.is_truc(); });
    return found == it.parents.end() ? nullptr : &*found;
}

bool versions_agree(const TrucSingle& it) { return mixed_parent(it) == nullptr; }
bool small(const TrucSingle& it) { return !it.tx.is_truc() || it.vsize <= kTrucVsizeMax; }
bool few_ancestors(const TrucSingle& it) {
    return !it.tx.is_truc() || it.parents.empty() ||
           (it.parents.size() + 1 <= kTrucAncestorsMax && it.parents[0].ancestors + 1 <= kTrucAncestorsMax);
}
bool small_child(const TrucSingle& it) {
    return !it.tx.is_truc() || it.parents.empty() || it.vsize <= kTrucChildVsizeMax;
}
bool only_child(const TrucSingle& it) {
    return !it.tx.is_truc() || it.parents.empty() || it.parents[0].descendants + 1 <= kTrucDescendantsMax;
}

Reject explain_mixed(const RuleInfo& rule, const TrucSingle& it) { return mixed(rule, it.tx, mixed_parent(it)->tx); }
Reject explain_size(const RuleInfo& rule, const TrucSingle& it) {
    return too_big(rule, it.tx, it.vsize, kTrucVsizeMax);
}
Reject explain_ancestors(const RuleInfo& rule, const TrucSingle& it) { return ancestors_exceeded(rule, it.tx); }
Reject explain_child_size(const RuleInfo& rule, const TrucSingle& it) {
    return too_big(rule, it.tx, it.vsize, kTrucChildVsizeMax);
}
Reject explain_sibling(const RuleInfo& rule, const TrucSingle& it) {
    return descendants_exceeded(rule, it.parents[0].tx);
}

constexpr std::string_view kSiblingRule = "truc-only-child";

constexpr std::array<Rule<TrucSingle>, 5> kSingleRules{{
    {{.id = "truc-inheritance",
      .sentence = "An unconfirmed parent of a transaction of version 3 MUST have version 3, and one of another version "
                  "MUST NOT.",
      .source = "BIP431, rule 2",
      .token = "TRUC-violation",
      .debug = "",
      .kind = RejectKind::pool_policy,
      .blame = false},
     versions_agree,
     explain_mixed},
    {{.id = "truc-size",
      .sentence = "A transaction of version 3 MUST NOT be larger than 10,000 virtual bytes.",
      .source = "BIP431, rule 4",
      .token = "TRUC-violation",
      .debug = "",
      .kind = RejectKind::pool_policy,
      .blame = false},
     small,
     explain_size},
    {{.id = "truc-ancestors",
      .sentence = "A transaction of version 3 MUST NOT have more than one unconfirmed ancestor.",
      .source = "BIP431, rule 3",
      .token = "TRUC-violation",
      .debug = "",
      .kind = RejectKind::pool_policy,
      .blame = false},
     few_ancestors,
     explain_ancestors},
    {{.id = "truc-child-size",
      .sentence = "A transaction of version 3 with an unconfirmed parent MUST NOT be larger than 1,000 virtual bytes.",
      .source = "BIP431, rule 5",
      .token = "TRUC-violation",
      .debug = "",
      .kind = RejectKind::pool_policy,
      .blame = false},
     small_child,
     explain_child_size},
    {{.id = kSiblingRule,
      .sentence = "An unconfirmed transaction of version 3 MUST NOT have more than one child.",
      .source = "BIP431, rule 3",
      .token = "TRUC-violation",
      .debug = "",
      .kind = RejectKind::pool_policy,
      .blame = false},
     only_child,
     explain_sibling},
}};

// ---- a transaction in a package ----

std::vector<std::size_t> parents_in_package(const TrucInPackage& it) {
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < it.position; ++i) {
        if (spends(it.package[it.position], it.package[i]->txid())) {
            found.push_back(i);
        }
    }
    return found;
}

// The parents, those in the pool first.
std::vector<TrucTx> all_parents(const TrucInPackage& it) {
    std::vector<TrucTx> all;
    all.reserve(it.parents.size() + it.position);
    for (const TrucParent& parent : it.parents) {
        all.push_back(parent.tx);
    }
    for (const std::size_t i : parents_in_package(it)) {
        all.push_back(TrucTx::of(it.package[i]->view()));
    }
    return all;
}

std::optional<TrucTx> mixed_in_package(const TrucInPackage& it) {
    for (const TrucTx& parent : all_parents(it)) {
        if (parent.is_truc() != it.tx.is_truc()) {
            return parent;
        }
    }
    return std::nullopt;
}

// Another transaction of the package that spends from `txid`.
const primitives::TxPtr* other_child(const TrucInPackage& it, const primitives::Txid& txid) {
    for (std::size_t i = 0; i < it.package.size(); ++i) {
        if (i != it.position && spends(it.package[i], txid)) {
            return &it.package[i];
        }
    }
    return nullptr;
}

bool member_small(const TrucInPackage& it) { return !it.tx.is_truc() || it.vsize <= kTrucVsizeMax; }
bool member_few_ancestors(const TrucInPackage& it) {
    if (!it.tx.is_truc()) {
        return true;
    }
    const std::size_t in_package = parents_in_package(it).size();
    return it.parents.size() + in_package + 1 <= kTrucAncestorsMax &&
           (it.parents.empty() || it.parents[0].ancestors + in_package + 1 <= kTrucAncestorsMax);
}
bool member_small_child(const TrucInPackage& it) {
    return !it.tx.is_truc() || all_parents(it).empty() || it.vsize <= kTrucChildVsizeMax;
}
bool member_versions_agree(const TrucInPackage& it) { return !mixed_in_package(it); }
bool member_only_child(const TrucInPackage& it) {
    if (!it.tx.is_truc()) {
        return true;
    }
    const std::vector<TrucTx> parents = all_parents(it);
    return parents.empty() || other_child(it, parents[0].txid) == nullptr;
}
bool member_without_child(const TrucInPackage& it) {
    return !it.tx.is_truc() || all_parents(it).empty() || other_child(it, it.tx.txid) == nullptr;
}
bool member_only_child_in_pool(const TrucInPackage& it) {
    return !it.tx.is_truc() || it.parents.empty() || it.parents[0].descendants + 1 <= kTrucDescendantsMax;
}

Reject explain_member_size(const RuleInfo& rule, const TrucInPackage& it) {
    return too_big(rule, it.tx, it.vsize, kTrucVsizeMax);
}
Reject explain_member_ancestors(const RuleInfo& rule, const TrucInPackage& it) {
    return ancestors_exceeded(rule, it.tx);
}
Reject explain_member_child_size(const RuleInfo& rule, const TrucInPackage& it) {
    return too_big(rule, it.tx, it.vsize, kTrucChildVsizeMax);
}
Reject explain_member_mixed(const RuleInfo& rule, const TrucInPackage& it) {
    return mixed(rule, it.tx, *mixed_in_package(it));
}
Reject explain_member_sibling(const RuleInfo& rule, const TrucInPackage& it) {
    return descendants_exceeded(rule, all_parents(it)[0]);
}
Reject explain_member_child(const RuleInfo& rule, const TrucInPackage& it) {
    return ancestors_exceeded(rule, TrucTx::of((*other_child(it, it.tx.txid))->view()));
}

constexpr std::array<Rule<TrucInPackage>, 7> kMemberRules{{
    {{.id = "truc-package-size",
      .sentence = "A transaction of version 3 in a package MUST NOT be larger than 10,000 virtual bytes.",
      .source = "BIP431, rule 4",
      .token = "TRUC-violation",
      .debug = "",
      .kind = RejectKind::pool_policy,
      .blame = false},
     member_small,
     explain_member_size},
    {{.id = "truc-package-ancestors",
      .sentence =
          "A transaction of version 3 in a package MUST NOT have more than one unconfirmed ancestor, in the pool "
          "or in the package.",
      .source = "BIP431, rule 3",
      .token = "TRUC-violation",
      .debug = "",
      .kind = RejectKind::pool_policy,
      .blame = false},
     member_few_ancestors,
     explain_member_ancestors},
    {{.id = "truc-package-child-size",
      .sentence =
          "A transaction of version 3 in a package that has an unconfirmed parent MUST NOT be larger than 1,000 "
          "virtual bytes.",
      .source = "BIP431, rule 5",
      .token = "TRUC-violation",
      .debug = "",
      .kind = RejectKind::pool_policy,
      .blame = false},
     member_small_child,
     explain_member_child_size},
    {{.id = "truc-package-inheritance",
      .sentence = "An unconfirmed parent of a transaction of version 3 in a package MUST have version 3, and one of "
                  "another version MUST NOT.",
      .source = "BIP431, rule 2",
      .token = "TRUC-violation",
      .debug = "",
      .kind = RejectKind::pool_policy,
      .blame = false},
     member_versions_agree,
     explain_member_mixed},
    {{.id = "truc-package-only-child",
      .sentence = "Two transactions of a package MUST NOT have the same unconfirmed parent of version 3.",
      .source = "BIP431, rule 3",
      .token = "TRUC-violation",
      .debug = "",
      .kind = RejectKind::pool_policy,
      .blame = false},
     member_only_child,
     explain_member_sibling},
    {{.id = "truc-package-no-grandchild",
      .sentence = "A transaction of version 3 in a package that has an unconfirmed parent MUST NOT have a child.",
      .source = "BIP431, rule 3",
      .token = "TRUC-violation",
      .debug = "",
      .kind = RejectKind::pool_policy,
      .blame = false},
     member_without_child,
     explain_member_child},
    {{.id = "truc-package-only-child-in-pool",
      .sentence = "A transaction of version 3 in a package MUST NOT have a parent that has a child in the pool.",
      .source = "BIP431, rule 3",
      .token = "TRUC-violation",
      .debug = "",
      .kind = RejectKind::pool_policy,
      .blame = false},
     member_only_child_in_pool,
     explain_member_sibling},
}};

constexpr std::array kPhases{
    Phase{"truc", "each relayed transaction, with its parents in the pool", kInfos<kSingleRules>},
    Phase{"truc-package", "each transaction of a package, with its parents", kInfos<kMemberRules>},
};

}  // namespace

Verdict check_truc(const TrucSingle& single) { return run_phase<kSingleRules>(single); }

bool is_sibling_conflict(const Reject& reject) { return reject.id() == kSiblingRule; }

Verdict check_truc_in_package(const TrucInPackage& member) { return run_phase<kMemberRules>(member); }

std::span<const Phase> truc_phases() { return kPhases; }

}  // namespace keel::policy
