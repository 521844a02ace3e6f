// Consensus as tables: every check is a named pure predicate with one sentence, and a phase is an ordered list of them.
//
// A phase runs its rules in order and stops at the first that does not hold; the order is the one in which Bitcoin Core
// reports errors. Nothing is allocated while rules hold. The tables are constants; `all_rules()` in rules.hpp lists
// them for `keel rules`, docs/consensus-rules.md and the coverage test.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.hpp"

namespace keel::consensus {

// What a failure says about the thing checked, and so what the caller may remember.
enum class RejectKind : std::uint8_t {
    invalid,         // for ever: the header (or transaction) can be marked
    invalid_header,  // for ever, and seen from the header alone
    mutated,         // these bytes are not the body that the header commits to: another body may be valid
    missing_data,    // cannot be judged: an unknown parent or missing coins
    not_yet,         // may become valid: a transaction that spends or is mined too early
    time_too_new,    // may become valid when our clock moves on
    invalid_parent,  // builds on a block that is marked invalid
    known_invalid,   // was marked invalid before
    low_work,        // not (yet) worth storing: the chain of headers has too little work
    // Of transactions outside blocks only:
    not_standard,      // form that this node does not relay; for ever, whatever the coins
    inputs_unusual,    // spends something that this node does not relay spends of
    witness_mutated,   // another witness may be fine: known by its wtxid only
    witness_stripped,  // the witness is missing: not even its wtxid says anything
    conflict,          // stands beside the same transaction, in the pool or in the chain
    pool_policy,       // against limits of the pool as it is now
    fee_too_low,       // may be fine together with others: a package can be tried
};
std::string_view to_string(RejectKind kind);

// When a rule is in force; heights are those of the network's parameters.
enum class Activation : std::uint8_t { always, bip34, bip65, bip66, csv, segwit, bip94, signet, listed };
std::string_view to_string(Activation activation);

struct RuleInfo {
    std::string_view id;        // unique, kebab-case
    std::string_view sentence;  // one sentence that says what MUST hold
    std::string_view source;    // BIP and section, or where the rule comes from
    std::string_view token;     // the reject reason other software knows, such as bad-txnmrklroot
    std::string_view debug;     // fixed part of the longer explanation
    RejectKind kind = RejectKind::invalid;
    Activation activation = Activation::always;
    bool blame = true;  // whether whoever sent this violates the protocol
};

// Why something was refused. Built only on failure.
class Reject {
public:
    explicit Reject(const RuleInfo& rule) : rule_(&rule), reason_(rule.token), debug_(rule.debug), kind_(rule.kind) {}
    Reject(const RuleInfo& rule, std::string reason, std::string debug)
        : rule_(&rule), reason_(std::move(reason)), debug_(std::move(debug)), kind_(rule.kind) {}

    [[nodiscard]] const RuleInfo& rule() const { return *rule_; }
    [[nodiscard]] std::string_view id() const { return rule_->id; }
    // The token, with the details some carry: bad-version(0x00000001).
    [[nodiscard]] const std::string& reason() const { return reason_; }
    // Explanation for logs; may be empty.
    [[nodiscard]] const std::string& debug() const { return debug_; }
    // "reason" or "reason, debug", as logs and submitblock show it.
    [[nodiscard]] std::string text() const;
    [[nodiscard]] RejectKind kind() const { return kind_; }
    [[nodiscard]] bool blame() const { return rule_->blame; }
    // Whether the block or transaction can be remembered as invalid by its hash.
    [[nodiscard]] bool permanent() const { return kind_ == RejectKind::invalid || kind_ == RejectKind::invalid_header; }

    // The same failure as part of something larger: a transaction's inside a block is final for the block.
    [[nodiscard]] Reject within(RejectKind kind, std::string debug) const;

private:
    const RuleInfo* rule_;
    std::string reason_;
    std::string debug_;
    RejectKind kind_;
};

using Verdict = Result<void, Reject>;

// A rule about Context: holds() is pure and total; explain(), where given, builds the Reject with details.
template <class Context>
struct Rule {
    RuleInfo info;
    bool (*holds)(const Context&);
    Reject (*explain)(const RuleInfo&, const Context&) = nullptr;
};

// Runs an ordered table, a constexpr array of Rule<Context>; the first rule that does not hold is the verdict.
// The table is a template argument so that its predicates are inlined.
template <const auto& kTable, class Context>
[[nodiscard]] Verdict run_phase(const Context& context) {
    const auto first_broken = [&]<std::size_t... kIndex>(std::index_sequence<kIndex...>) {
        std::size_t index = 0;
        (void)((kTable[kIndex].holds(context) && (++index, true)) && ...);
        return index;
    }(std::make_index_sequence<kTable.size()>{});
    if (first_broken == kTable.size()) [[likely]] {
        return {};
    }
    const auto& rule = kTable[first_broken];
    return Failure<Reject>(rule.explain != nullptr ? rule.explain(rule.info, context) : Reject(rule.info));
}

}  // namespace keel::consensus
