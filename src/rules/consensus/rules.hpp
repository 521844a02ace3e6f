// The list of all rules, in the order in which they are checked.
#pragma once

#include <array>
#include <span>

#include "rules/consensus/rule.hpp"

namespace keel::consensus {

struct Phase {
    std::string_view name;     // such as "block-body"
    std::string_view subject;  // what one run of it looks at: "each header", "each output of each transaction", ...
    std::span<const RuleInfo* const> rules;
};

// The descriptions of a table's rules.
template <const auto& kTable>
inline constexpr auto kInfos = [] {
    std::array<const RuleInfo*, kTable.size()> infos{};
    for (std::size_t i = 0; i < infos.size(); ++i) {
        infos[i] = &kTable[i].info;
    }
    return infos;
}();

// Phases in the order in which a block passes through them.
std::span<const Phase> all_phases();
std::span<const RuleInfo* const> all_rules();
// Nothing when no rule has this id.
const RuleInfo* find_rule(std::string_view id);

// A section for each phase with a table of its rules.
std::string phases_as_markdown(std::span<const Phase> phases);

// docs/consensus-rules.md, and what `keel rules` prints.
std::string rules_as_markdown();

}  // namespace keel::consensus
