// What the settings mean for blocks that are made here.
#pragma once

#include "app/settings/load.hpp"
#include "front/api/mining.hpp"

namespace keel::daemon {

// -blockmaxweight, -blockreservedweight, -blockmintxfee, -blockversion. The error is Bitcoin Core's.
[[nodiscard]] Result<api::MiningOptions, std::string> make_mining_options(const settings::Loaded& loaded);

}  // namespace keel::daemon
