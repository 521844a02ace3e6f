// Rules that only the pool can judge, because they are about what it holds and about the chain as it is now. Their
// predicates are in the mempool room; here is how they read and what is answered.
#pragma once

#include "rules/consensus/rule.hpp"

namespace keel::policy {

using consensus::RejectKind;
using consensus::RuleInfo;

// ---- against the chain ----

inline constexpr RuleInfo kFinalRule{.id = "pool-final",
                                     .sentence = "A transaction MUST be final in the next block.",
                                     .source = "protocol; BIP113",
                                     .token = "non-final",
                                     .debug = "",
                                     .kind = RejectKind::not_yet,
                                     .blame = false};
inline constexpr RuleInfo kNotConfirmedRule{.id = "pool-not-confirmed",
                                            .sentence = "A transaction MUST NOT be in the chain already.",
                                            .source = "protocol",
                                            .token = "txn-already-known",
                                            .debug = "",
                                            .kind = RejectKind::conflict,
                                            .blame = false};
inline constexpr RuleInfo kInputsKnownRule{
    .id = "pool-inputs-known",
    .sentence = "Every output that a transaction spends MUST be unspent in the chain, or be in the pool.",
    .source = "protocol",
    .token = "bad-txns-inputs-missingorspent",
    .debug = "",
    .kind = RejectKind::missing_data,
    .blame = false};
inline constexpr RuleInfo kSequenceFinalRule{
    .id = "pool-sequence-final",
    .sentence = "The relative locks of a transaction MUST let it into the next block.",
    .source = "BIP68",
    .token = "non-BIP68-final",
    .debug = "",
    .kind = RejectKind::not_yet,
    .blame = false};

// ---- against the pool ----

inline constexpr RuleInfo kNotInPoolRule{.id = "pool-new",
                                         .sentence = "A transaction MUST NOT be in the pool already.",
                                         .source = "policy",
                                         .token = "txn-already-in-mempool",
                                         .debug = "",
                                         .kind = RejectKind::conflict,
                                         .blame = false};
inline constexpr RuleInfo kOtherWitnessRule{.id = "pool-no-other-witness",
                                            .sentence = "A transaction MUST NOT be in the pool with another witness.",
                                            .source = "policy",
                                            .token = "txn-same-nonwitness-data-in-mempool",
                                            .debug = "",
                                            .kind = RejectKind::conflict,
                                            .blame = false};
inline constexpr RuleInfo kNoReplacementRule{
    .id = "pool-no-replacement-in-test",
    .sentence = "Transactions that are tried together MUST NOT conflict with the pool.",
    .source = "policy",
    .token = "bip125-replacement-disallowed",
    .debug = "",
    .kind = RejectKind::pool_policy,
    .blame = false};
inline constexpr RuleInfo kClusterRule{
    .id = "pool-cluster-limits",
    .sentence = "Connected transactions in the pool MUST NOT be more than 64, nor larger than 101,000 virtual bytes.",
    .source = "policy (-limitclustercount, -limitclustersize)",
    .token = "too-large-cluster",
    .debug = "",
    .kind = RejectKind::pool_policy,
    .blame = false};
inline constexpr RuleInfo kDiagramRule{
    .id = "replace-diagram",
    .sentence = "A replacement MUST make the fee rate diagram of the clusters that it changes better everywhere.",
    .source = "policy",
    .token = "replacement-failed",
    .debug = "insufficient feerate: does not improve feerate diagram",
    .kind = RejectKind::fee_too_low,
    .blame = false};
inline constexpr RuleInfo kSpendsReplacedRule{
    .id = "replace-not-parent",
    .sentence = "A transaction MUST NOT spend outputs of what it would replace.",
    .source = "protocol; BIP125",
    .token = "bad-txns-spends-conflicting-tx",
    .debug = "",
    .blame = false};
inline constexpr RuleInfo kMaxRateRule{.id = "pool-max-rate",
                                       .sentence = "A transaction MUST NOT pay more than its sender said.",
                                       .source = "local",
                                       .token = "max feerate exceeded",
                                       .debug = "",
                                       .kind = RejectKind::pool_policy,
                                       .blame = false};
inline constexpr RuleInfo kMaxFeeRule{.id = "pool-max-fee",
                                      .sentence = "A transaction MUST NOT pay a higher fee than its sender said.",
                                      .source = "local",
                                      .token = "max-fee-exceeded",
                                      .debug = "",
                                      .kind = RejectKind::pool_policy,
                                      .blame = false};
inline constexpr RuleInfo kDustSpentRule{
    .id = "pool-dust-spent",
    .sentence = "A child of a transaction with dust in the pool MUST spend that dust.",
    .source = "policy (ephemeral dust)",
    .token = "missing-ephemeral-spends",
    .debug = "",
    .kind = RejectKind::pool_policy,
    .blame = false};
inline constexpr RuleInfo kRoomRule{.id = "pool-room",
                                    .sentence = "A transaction MUST NOT belong to the worst of a pool that is full.",
                                    .source = "policy (-maxmempool)",
                                    .token = "mempool full",
                                    .debug = "",
                                    .kind = RejectKind::fee_too_low,
                                    .blame = false};

// ---- a package as a whole ----

inline constexpr RuleInfo kMembersRule{.id = "package-members",
                                       .sentence = "Every transaction of a package MUST be acceptable.",
                                       .source = "policy",
                                       .token = "transaction failed",
                                       .debug = "",
                                       .kind = RejectKind::pool_policy,
                                       .blame = false};
inline constexpr RuleInfo kPackageDustRule{.id = "package-dust-spent",
                                           .sentence = "Dust in a package MUST be spent in it.",
                                           .source = "policy (ephemeral dust)",
                                           .token = "unspent-dust",
                                           .debug = "",
                                           .kind = RejectKind::pool_policy,
                                           .blame = false};
inline constexpr RuleInfo kPackagePairRule{
    .id = "package-replace-pair",
    .sentence = "A package that replaces others MUST be one parent and one child.",
    .source = "policy",
    .token = "package RBF failed: package must be 1-parent-1-child",
    .debug = "",
    .kind = RejectKind::pool_policy,
    .blame = false};
inline constexpr RuleInfo kPackageAncestorsRule{
    .id = "package-replace-no-ancestors",
    .sentence = "A package that replaces others MUST NOT have ancestors in the pool.",
    .source = "policy",
    .token = "package RBF failed: new transaction cannot have mempool ancestors",
    .debug = "",
    .kind = RejectKind::pool_policy,
    .blame = false};
inline constexpr RuleInfo kPackageParentRateRule{
    .id = "package-replace-parent-rate",
    .sentence = "The parent of a package that replaces others MUST NOT pay a higher rate than the package.",
    .source = "policy",
    .token = "package RBF failed: package feerate is less than or equal to parent feerate",
    .debug = "",
    .kind = RejectKind::pool_policy,
    .blame = false};

}  // namespace keel::policy
