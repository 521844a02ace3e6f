#include "rules/consensus/rules.hpp"

#include <set>

#include <gtest/gtest.h>

#include "rules/consensus/rule_cases.hpp"

namespace keel::consensus {
namespace {

RuleCases all_cases() {
    RuleCases all;
    for (RuleCases cases :
         {header_cases(), tx_cases(), block_cases(), block_context_cases(), spend_cases(), connect_cases()}) {
        all.merge(cases);
        EXPECT_TRUE(cases.empty()) << "two cases for " << cases.begin()->first;
    }
    return all;
}

TEST(Rules, EachHasAPassingAndAFailingCase) {
    const RuleCases cases = all_cases();
    for (const RuleInfo* rule : all_rules()) {
        const auto found = cases.find(rule->id);
        ASSERT_NE(found, cases.end()) << "no case for " << rule->id;
        const Verdict pass = found->second.passes();
        EXPECT_TRUE(pass.has_value()) << rule->id << ": " << pass.error().text();
        const Verdict fail = found->second.fails();
        ASSERT_FALSE(fail.has_value()) << rule->id << " let its failing case pass";
        EXPECT_EQ(fail.error().id(), rule->id) << fail.error().text();
        EXPECT_EQ(fail.error().reason(), found->second.reason.empty() ? rule->token : found->second.reason);
    }
    EXPECT_EQ(cases.size(), all_rules().size()) << "a case for a rule that does not exist";
}

TEST(Rules, AreDescribed) {
    std::set<std::string_view> ids;
    for (const RuleInfo* rule : all_rules()) {
        EXPECT_TRUE(ids.insert(rule->id).second) << rule->id << " twice";
        EXPECT_NE(rule->sentence.find("MUST"), std::string_view::npos) << rule->id;
        EXPECT_TRUE(rule->sentence.ends_with('.')) << rule->id;
        EXPECT_EQ(rule->sentence.find('.'), rule->sentence.size() - 1) << rule->id << ": one sentence";
        EXPECT_FALSE(rule->source.empty()) << rule->id;
        EXPECT_FALSE(rule->token.empty()) << rule->id;
        EXPECT_FALSE(to_string(rule->kind).empty()) << rule->id;
        EXPECT_FALSE(to_string(rule->activation).empty()) << rule->id;
        EXPECT_EQ(find_rule(rule->id), rule);
        EXPECT_NE(rules_as_markdown().find("`" + std::string(rule->id) + "`"), std::string::npos);
    }
    EXPECT_EQ(find_rule("no-such-rule"), nullptr);
    EXPECT_EQ(ids.size(), 44U) << "a rule was added or removed: is docs/consensus-rules.md up to date?";
}

TEST(Reject, WithinKeepsRuleAndReason) {
    const RuleInfo& rule = *find_rule("spend-coins-exist");
    const Reject reject(rule);
    EXPECT_EQ(reject.kind(), RejectKind::missing_data);
    EXPECT_FALSE(reject.permanent());
    EXPECT_EQ(reject.text(), "bad-txns-inputs-missingorspent, CheckTxInputs: inputs missing/spent");
    const Reject outer = reject.within(RejectKind::invalid, "");
    EXPECT_TRUE(outer.permanent());
    EXPECT_EQ(&outer.rule(), &rule);
    EXPECT_EQ(outer.text(), "bad-txns-inputs-missingorspent");
}

}  // namespace
}  // namespace keel::consensus
