#include "rules/consensus/rules.hpp"

#include <algorithm>
#include <vector>

#include "rules/consensus/tables.hpp"

namespace keel::consensus {

namespace {

std::vector<Phase> collect_phases() {
    std::vector<Phase> all;
    for (const auto& group : {header_phases(), block_phases(), tx_phases(), block_context_phases(), spend_phases(),
                              connect_phases(), script_phases()}) {
        all.insert(all.end(), group.begin(), group.end());
    }
    return all;
}

std::vector<const RuleInfo*> collect_rules() {
    std::vector<const RuleInfo*> all;
    for (const Phase& phase : all_phases()) {
        all.insert(all.end(), phase.rules.begin(), phase.rules.end());
    }
    return all;
}

void append_rule(std::string& out, const RuleInfo& rule) {
    const auto cell = [&](std::string_view text) {
        out += ' ';
        out += text;
        out += " |";
    };
    out += '|';
    cell("`" + std::string(rule.id) + "`");
    cell(rule.sentence);
    cell(rule.source);
    cell("`" + std::string(rule.token) + "`");
    cell(to_string(rule.activation));
    cell(to_string(rule.kind));
    cell(rule.blame ? "yes" : "no");
    out += '\n';
}

}  // namespace

std::span<const Phase> all_phases() {
    static const std::vector<Phase> kAll = collect_phases();
    return kAll;
}

std::span<const RuleInfo* const> all_rules() {
    static const std::vector<const RuleInfo*> kAll = collect_rules();
    return kAll;
}

const RuleInfo* find_rule(std::string_view id) {
    const auto found = std::ranges::find(all_rules(), id, &RuleInfo::id);
    return found == all_rules().end() ? nullptr : *found;
}

std::string phases_as_markdown(std::span<const Phase> phases) {
    std::string out;
    for (const Phase& phase : phases) {
        out += "\n## " + std::string(phase.name) + "\n\nFor " + std::string(phase.subject) + ".\n\n";
        out += "| rule | what it says | source | reject reason | in force | failure | sender to blame |\n";
        out += "|---|---|---|---|---|---|---|\n";
        for (const RuleInfo* rule : phase.rules) {
            append_rule(out, *rule);
        }
    }
    return out;
}

std::string rules_as_markdown() {
    return "# Consensus rules\n"
           "\n"
           "Printed by `keel rules` from the tables in `src/rules/consensus`; a test compares this file with them.\n"
           "Phases are in the order in which a block passes through them; within a phase the first rule that does not\n"
           "hold decides. *Failure* says what is remembered: `invalid` and `invalid header` for ever, the others "
           "not.\n" +
           phases_as_markdown(all_phases());
}

}  // namespace keel::consensus
