#include "app/daemon/options.hpp"

#include <algorithm>

#include "app/daemon/mining_options.hpp"
#include "app/daemon/pool_options.hpp"
#include "base/logger.hpp"
#include "engine/chain/coin_cache.hpp"
#include "engine/store/block_files.hpp"

namespace keel::daemon {
namespace {

using settings::Values;
using Error = Failure<std::string>;

constexpr std::size_t kMiB = 1U << 20U;
constexpr std::size_t kScriptThreadsMax = 16;
constexpr std::int64_t kPruneLeastMiB = 550;
constexpr std::size_t kUserAgentMax = 256;  // as other nodes accept it
constexpr std::uint64_t kFastPruneFile = 64U << 10U;

// -connect=0 and -noconnect both mean: to nobody.
std::vector<std::string> connect_targets(const Values& values) {
    std::vector<std::string> targets = values.list("connect");
    if (targets.size() == 1 && targets.front() == "0") {
        targets.clear();
    }
    return targets;
}

void imply(settings::Loaded& loaded, std::string_view reason, std::string_view name, std::string_view value) {
    if (loaded.values.imply(name, std::string(value))) {
        loaded.notes.push_back(concat("parameter interaction: ", reason, " -> setting -", name, "=", value));
    }
}

void apply_implications(settings::Loaded& loaded) {
    const Values& values = loaded.values;
    if (!values.list("bind").empty()) {
        imply(loaded, "-bind set", "listen", "1");
    }
    const bool connects = !values.list("connect").empty() || values.is_negated("connect");
    if (connects || values.number("maxconnections") <= 0) {
        imply(loaded, "-connect or -maxconnections=0 set", "dnsseed", "0");
        imply(loaded, "-connect or -maxconnections=0 set", "listen", "0");
    }
    if (values.flag("daemonwait")) {
        imply(loaded, "-daemonwait set", "daemon", "1");
    }
    if (values.flag("daemon")) {
        imply(loaded, "-daemon set", "printtoconsole", "0");
    }
}

Result<PrunePlan, std::string> plan_pruning(const Values& values) {
    const std::int64_t target = values.number("prune");
    if (target < 0) {
        return Error("Prune cannot be configured with a negative value.");
    }
    if (target > 1 && target < kPruneLeastMiB && !values.flag("fastprune")) {
        return Error(
            concat("Prune configured below the minimum of ", kPruneLeastMiB, " MiB.  Please use a higher number."));
    }
    if (target > 0 && values.flag("reindex-chainstate")) {
        return Error("Prune mode is incompatible with -reindex-chainstate. Use full -reindex instead.");
    }
    return PrunePlan{target > 0, target > 1 ? static_cast<std::uint64_t>(target) * kMiB : 0};
}

bool is_plain(std::string_view remark) {
    constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .,;-_?@";
    return remark.find_first_not_of(kAllowed) == std::string_view::npos;
}

Result<wire::Endpoint, std::string> bind_address(std::string text, std::uint16_t port) {
    const std::string given = text;
    if (const std::size_t mark = text.find('='); mark != std::string::npos) {
        if (text.substr(mark) != "=onion") {
            return Error(concat("Cannot resolve -bind address: '", given, "'"));
        }
        text.resize(mark);
        port = static_cast<std::uint16_t>(port + 1);  // where such a service is expected
    }
    auto endpoint = wire::parse_endpoint(text == "localhost" ? "127.0.0.1" : text, port);
    if (!endpoint) {
        return Error(concat("Cannot resolve -bind address: '", given, "'"));
    }
    return *endpoint;
}

std::vector<std::string> added_nodes(settings::Loaded& loaded) {
    std::vector<std::string> out = connect_targets(loaded.values);
    for (std::string& node : loaded.values.list("addnode")) {
        if (node.find_first_not_of(' ') == std::string::npos) {
            loaded.log_warnings.emplace_back("Ignoring empty -addnode value");
        } else {
            out.push_back(std::move(node));
        }
    }
    return out;
}

}  // namespace

MemoryPlan plan_memory(std::size_t total) {
    MemoryPlan out;
    out.index_store = std::clamp(total / 32, kMiB, 8 * kMiB);
    out.coin_store = std::clamp(total / 8, 2 * kMiB, 64 * kMiB);
    const std::size_t stores = out.index_store + out.coin_store;
    out.coin_cache = std::max(total > stores ? total - stores : 0, chain::kMinBudget);
    return out;
}

std::size_t script_threads(std::int64_t par, std::size_t cores) {
    const std::int64_t wanted = par <= 0 ? par + static_cast<std::int64_t>(cores) : par;
    return static_cast<std::size_t>(std::clamp<std::int64_t>(wanted, 1, kScriptThreadsMax));
}

// "1.2.3" as 10203.
static std::int32_t version_number(std::string_view version) {
    std::int32_t out = 0;
    std::int32_t part = 0;
    for (const char c : version) {
        if (c == '.') {
            out = (out + part) * 100;
            part = 0;
        } else if (c >= '0' && c <= '9') {
            part = part * 10 + (c - '0');
        }
    }
    return out + part;
}

Result<std::string, std::string> user_agent(std::string_view version, const std::vector<std::string>& remarks) {
    std::string inside;
    for (const std::string& remark : remarks) {
        if (!is_plain(remark)) {
            return Error(concat("User Agent comment (", remark, ") contains unsafe characters."));
        }
        inside += concat(inside.empty() ? "" : "; ", remark);
    }
    std::string out = inside.empty() ? concat("/Keel:", version, "/") : concat("/Keel:", version, "(", inside, ")/");
    if (out.size() > kUserAgentMax) {
        return Error(concat("Total length of network version string (", out.size(), ") exceeds maximum length (",
                            kUserAgentMax, "). Reduce the number or size of uacomments."));
    }
    return out;
}

Result<ListenPlan, std::string> plan_listening(const Values& values, std::uint16_t default_port) {
    ListenPlan out;
    const std::vector<std::string> binds = values.list("bind");
    if (!values.flag("listen")) {
        return binds.empty() ? Result<ListenPlan, std::string>(out)
                             : Error("Cannot set -bind or -whitebind together with -listen=0");
    }
    const auto port = static_cast<std::uint16_t>(values.find_number("port").value_or(default_port));
    for (const std::string& bind : binds) {
        KEEL_TRY(const wire::Endpoint endpoint, bind_address(bind, port));
        out.required.push_back(endpoint);
    }
    if (binds.empty()) {
        out.any_of = {{wire::NetAddress::ipv4(0, 0, 0, 0), port}, {wire::NetAddress(), port}};
    }
    return out;
}

Result<Options, std::string> make_options(settings::Loaded& loaded, std::string_view version, std::size_t cores) {
    apply_implications(loaded);
    const Values& values = loaded.values;
    Options out;
    out.memory = plan_memory(static_cast<std::size_t>(values.number("dbcache")) * kMiB);
    out.script_threads = script_threads(values.number("par"), cores);
    KEEL_TRY(out.prune, plan_pruning(values));
    KEEL_TRY(out.pool, make_pool_options(loaded));
    out.persist_pool = values.flag("persistmempool");
    out.plain_pool_file = values.flag("persistmempoolv1");
    KEEL_TRY(out.mining, make_mining_options(loaded));
    out.stale_fee_estimates = values.flag("acceptstalefeeestimates");
    KEEL_TRY(out.user_agent, user_agent(version, values.list("uacomment")));
    out.version_number = version_number(version);
    KEEL_TRY(out.listening, plan_listening(values, loaded.params->default_port));
    if (values.flag("forcednsseed") && !values.flag("dnsseed")) {
        return Error("Cannot set -forcednsseed to true when setting -dnsseed to false.");
    }
    out.added_nodes = added_nodes(loaded);
    for (const std::string& file : values.list("loadblock")) {
        out.import_files.push_back(std::filesystem::absolute(file));
    }
    out.reindex = values.flag("reindex");
    out.reindex_chainstate = values.flag("reindex-chainstate");
    out.random_xor_key = values.flag("blocksxor");
    out.network_active = values.flag("networkactive");
    out.dns_seeds = values.flag("dnsseed") && values.flag("dns");
    out.v2_transport = values.flag("v2transport");
    out.stop_after_import = values.flag("stopafterblockimport");
    out.stop_at_height = static_cast<std::int32_t>(values.number("stopatheight"));
    out.block_file_max = values.flag("fastprune") ? kFastPruneFile : store::kBlockFileMax;
    out.max_connections = static_cast<std::size_t>(values.number("maxconnections"));
    out.receive_budget = static_cast<std::size_t>(values.number("maxreceivebuffer")) * 1000;
    out.send_mark = static_cast<std::size_t>(values.number("maxsendbuffer")) * 1000;
    out.dial_timeout = milliseconds(values.number("timeout"));
    out.handshake_timeout = seconds(values.number("peertimeout"));
    out.max_tip_age = seconds(values.number("maxtipage"));
    if (const std::int64_t time = values.number("mocktime"); time != 0) {
        out.mock_time = time;
    }
    return out;
}

}  // namespace keel::daemon
