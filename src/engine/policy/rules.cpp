#include "engine/policy/rules.hpp"

#include <vector>

#include "engine/policy/tables.hpp"

namespace keel::policy {

std::span<const Phase> all_phases() {
    static const std::vector<Phase> kAll = [] {
        std::vector<Phase> all;
        for (const auto& group : {standard_tx_phases(), pool_phases(), standard_spend_phases(), truc_phases(),
                                  fee_phases(), package_phases()}) {
            all.insert(all.end(), group.begin(), group.end());
        }
        return all;
    }();
    return kAll;
}

std::string rules_as_markdown() {
    return "# Policy rules\n"
           "\n"
           "Printed by `keel rules --policy` from the tables in `src/engine/policy`; a test compares this file with\n"
           "them. What this node relays and mines beyond what consensus asks; other nodes may differ, and no peer is\n"
           "blamed for it.\n" +
           consensus::phases_as_markdown(all_phases());
}

}  // namespace keel::policy
