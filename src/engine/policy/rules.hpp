// The list of all policy rules, in the order in which they are checked.
#pragma once

#include "rules/consensus/rules.hpp"

namespace keel::policy {

std::span<const consensus::Phase> all_phases();

// docs/policy-rules.md, and what `keel rules --policy --markdown` prints.
std::string rules_as_markdown();

}  // namespace keel::policy
