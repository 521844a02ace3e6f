// The phases of each file, for the list in rules.cpp. Private to this room.
#pragma once

#include "rules/consensus/rules.hpp"

namespace keel::consensus {

std::span<const Phase> header_phases();
std::span<const Phase> tx_phases();
std::span<const Phase> block_phases();
std::span<const Phase> block_context_phases();
std::span<const Phase> connect_phases();
std::span<const Phase> spend_phases();
std::span<const Phase> script_phases();

}  // namespace keel::consensus
