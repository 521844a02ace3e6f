// Packages: lists of transactions that are judged together, parents before children.
//
// The reject reasons here are about the package as a whole.
#pragma once

#include <span>

#include "engine/policy/limits.hpp"
#include "rules/consensus/rule.hpp"
#include "rules/primitives/tx.hpp"

namespace keel::policy {

using consensus::Verdict;
using primitives::TxPtr;

using PackageTxs = std::span<const TxPtr>;

// Phase "package": count, weight, no repetition, sorted, no conflict. O(inputs log inputs).
Verdict check_package(PackageTxs package);
// Phase "package-topology": the last transaction is a child of each other one. A single transaction passes.
Verdict check_child_with_parents(PackageTxs package);

}  // namespace keel::policy
