// What the settings mean for the daemon, checked: a bad value is one sentence before anything is opened.
#pragma once

#include "app/settings/load.hpp"
#include "base/time.hpp"
#include "engine/mempool/options.hpp"
#include "engine/wire/net_address.hpp"
#include "front/api/mining.hpp"

namespace keel::daemon {

struct MemoryPlan {
    std::size_t coin_cache = 0;  // bytes, as the two below
    std::size_t coin_store = 0;
    std::size_t index_store = 0;
};
// -dbcache in bytes, shared out. The stores keep table filters besides it.
MemoryPlan plan_memory(std::size_t total);

// Threads that check scripts, the validation thread included (-par), on a machine with so many cores.
std::size_t script_threads(std::int64_t par, std::size_t cores);

// BIP14: "/Keel:0.1.0(remark; remark)/". The error is Bitcoin Core's.
[[nodiscard]] Result<std::string, std::string> user_agent(std::string_view version,
                                                          const std::vector<std::string>& remarks);

struct ListenPlan {
    std::vector<wire::Endpoint> required;  // the user's: failing to listen there is an error
    std::vector<wire::Endpoint> any_of;    // one of them has to work
};
// -bind, -listen and -port.
[[nodiscard]] Result<ListenPlan, std::string> plan_listening(const settings::Values& values,
                                                             std::uint16_t default_port);

struct PrunePlan {
    bool enabled = false;
    std::uint64_t target = 0;  // bytes; 0: by RPC only
};

struct Options {
    MemoryPlan memory;
    std::size_t script_threads = 1;
    PrunePlan prune;
    mempool::Options pool;
    bool persist_pool = true;
    bool plain_pool_file = false;  // version 1
    std::string user_agent;
    std::int32_t version_number = 0;  // 10,000 * major + 100 * minor + patch
    ListenPlan listening;
    std::vector<std::string> added_nodes;  // -addnode and -connect
    std::vector<std::filesystem::path> import_files;
    api::MiningOptions mining;
    bool stale_fee_estimates = false;
    bool reindex = false;
    bool reindex_chainstate = false;
    bool random_xor_key = true;
    bool network_active = true;
    bool dns_seeds = false;
    bool v2_transport = false;
    bool stop_after_import = false;
    std::int32_t stop_at_height = 0;  // 0: never
    std::uint64_t block_file_max = 0;
    std::size_t max_connections = 0;
    std::size_t receive_budget = 0;  // bytes per peer
    std::size_t send_mark = 0;       // bytes per peer
    milliseconds dial_timeout{};
    seconds handshake_timeout{};
    seconds max_tip_age{};
    std::optional<std::int64_t> mock_time;
};

// Also applies what one setting implies for another (-connect for -listen and so on) to `loaded`.
[[nodiscard]] Result<Options, std::string> make_options(settings::Loaded& loaded, std::string_view version,
                                                        std::size_t cores);

}  // namespace keel::daemon
