// A passing and a failing case for each rule, by its id. Tests of this room only.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "rules/consensus/rules.hpp"

namespace keel::consensus {

struct RuleCase {
    std::function<Verdict()> passes;  // something that the rule has to look at and lets through
    std::function<Verdict()> fails;   // something that breaks this rule and none before it
    std::string reason;               // what the refusal says; the rule's token when empty
};
using RuleCases = std::map<std::string, RuleCase, std::less<>>;

RuleCases header_cases();
RuleCases tx_cases();
RuleCases block_cases();
RuleCases block_context_cases();
RuleCases spend_cases();
RuleCases connect_cases();

}  // namespace keel::consensus
