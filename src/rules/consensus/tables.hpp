// The phases of each file, for the list in rules.cpp. Private to this room.
#pragma once

#include <array>

#include "rules/consensus/rules.hpp"

namespace keel::consensus {

// The descriptions of a table's rules.
template <const auto& kTable>
inline constexpr auto kInfos = [] {
    std::array<const RuleInfo*, kTable.size()> infos{};
    for (std::size_t i = 0; i < infos.size(); ++i) {
        infos[i] = &kTable[i].info;
    }
    return infos;
}();

std::span<const Phase> header_phases();
std::span<const Phase> tx_phases();
std::span<const Phase> block_phases();
std::span<const Phase> block_context_phases();
std::span<const Phase> connect_phases();
std::span<const Phase> spend_phases();
std::span<const Phase> script_phases();

}  // namespace keel::consensus
