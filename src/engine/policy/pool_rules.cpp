#include "engine/policy/pool_rules.hpp"

#include "engine/policy/tables.hpp"

namespace keel::policy {

namespace {

constexpr std::array<const RuleInfo*, 4> kChainRules{&kFinalRule, &kNotConfirmedRule, &kInputsKnownRule,
                                                     &kSequenceFinalRule};
constexpr std::array<const RuleInfo*, 10> kPoolRules{
    &kNotInPoolRule,      &kOtherWitnessRule, &kNoReplacementRule, &kClusterRule,   &kDiagramRule,
    &kSpendsReplacedRule, &kMaxRateRule,      &kMaxFeeRule,        &kDustSpentRule, &kRoomRule};
constexpr std::array<const RuleInfo*, 5> kWholeRules{&kMembersRule, &kPackageDustRule, &kPackagePairRule,
                                                     &kPackageAncestorsRule, &kPackageParentRateRule};

constexpr std::array kPhases{
    Phase{"pool-chain", "each transaction outside a block, against the chain", kChainRules},
    Phase{"pool", "each transaction outside a block, against the pool", kPoolRules},
    Phase{"package-pool", "each package, against the pool", kWholeRules},
};

}  // namespace

std::span<const Phase> pool_phases() { return kPhases; }

}  // namespace keel::policy
