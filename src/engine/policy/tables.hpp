// The phases of each file, for the list in rules.cpp. Private to this room.
#pragma once

#include <array>
#include <span>

#include "rules/consensus/rules.hpp"

namespace keel::policy {

using consensus::kInfos;
using consensus::Phase;
using consensus::RejectKind;
using consensus::Rule;
using consensus::RuleInfo;
using consensus::run_phase;

std::span<const Phase> standard_tx_phases();
std::span<const Phase> standard_spend_phases();
std::span<const Phase> package_phases();
std::span<const Phase> truc_phases();
std::span<const Phase> fee_phases();
std::span<const Phase> pool_phases();

}  // namespace keel::policy
