// What the settings mean for the pool of transactions, checked.
#pragma once

#include "app/settings/load.hpp"
#include "engine/mempool/options.hpp"

namespace keel::daemon {

// Notes what one setting changes about another in `loaded`. The error is Bitcoin Core's.
[[nodiscard]] Result<mempool::Options, std::string> make_pool_options(settings::Loaded& loaded);

}  // namespace keel::daemon
