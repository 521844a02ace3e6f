// What a transaction has to pay to be relayed, and to take the place of others.
#pragma once

#include "engine/policy/limits.hpp"
#include "rules/consensus/rule.hpp"
#include "rules/primitives/ids.hpp"

namespace keel::policy {

using consensus::Verdict;

struct FeeOffer {
    Amount fee;  // with what prioritisation adds
    std::int64_t vsize = 0;
    FeeRate pool_min;   // rises while the pool is full
    FeeRate relay_min;  // -minrelaytxfee
};
// Phase "fee".
Verdict check_fee(const FeeOffer& offer);

// A transaction or a package that would replace others.
struct Replacement {
    primitives::Txid txid;  // of the transaction, or of the package's child
    Amount fee;             // with what prioritisation adds
    std::int64_t vsize = 0;
    std::size_t clusters = 0;  // distinct ones that it conflicts with directly
    Amount replaced_fees;      // of everything that would go
    FeeRate incremental;
};
// Phase "replace-reach" and, once `replaced_fees` are known, "replace-fees".
Verdict check_replacement_reach(const Replacement& replacement);
Verdict check_replacement_fees(const Replacement& replacement);

}  // namespace keel::policy
