// BIP431, transactions topologically restricted until confirmation (version 3): while unconfirmed they form nothing but
// a parent with one small child, so that nobody can make replacing them expensive.
//
// Facts about relatives are gathered by the pool; the rules look at nothing else.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "engine/policy/package_rules.hpp"

namespace keel::policy {

// A transaction as error messages name it.
struct TrucTx {
    primitives::Txid txid;
    primitives::Wtxid wtxid;
    std::uint32_t version = 0;

    [[nodiscard]] bool is_truc() const { return version == kTrucVersion; }
    static TrucTx of(primitives::TxView tx) { return {tx.txid(), tx.wtxid(), tx.version()}; }
};

// A parent in the pool.
struct TrucParent {
    TrucTx tx;
    std::size_t ancestors = 1;    // with itself
    std::size_t descendants = 1;  // with itself, those that will be replaced not counted
};

// A transaction on its way into the pool alone.
struct TrucSingle {
    TrucTx tx;
    std::int64_t vsize = 0;
    std::span<const TrucParent> parents;
};

// Phase "truc". The last of its rules, about siblings, may be repaired by evicting the sibling: see
// is_sibling_conflict().
Verdict check_truc(const TrucSingle& single);
bool is_sibling_conflict(const consensus::Reject& reject);

// A transaction of a package; `position` is its own in `package`.
struct TrucInPackage {
    TrucTx tx;
    std::int64_t vsize = 0;
    std::span<const TrucParent> parents;  // in the pool
    PackageTxs package;
    std::size_t position = 0;
};

// Phase "truc-package".
Verdict check_truc_in_package(const TrucInPackage& member);

}  // namespace keel::policy
