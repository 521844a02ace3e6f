#include "app/daemon/pool_options.hpp"

#include "edge/runtime/entropy.hpp"
#include "rules/primitives/money_text.hpp"

namespace keel::daemon {
namespace {

using policy::FeeRate;
using settings::Values;
using Error = Failure<std::string>;

constexpr std::int64_t kMegabyte = 1'000'000;
constexpr std::int64_t kSecondsPerHour = 3600;
// A pool holds at least so many of the largest clusters.
constexpr std::int64_t kClustersMin = 40;

Result<std::optional<FeeRate>, std::string> rate(const Values& values, std::string_view name) {
    if (!values.is_set(name)) {
        return std::nullopt;
    }
    const std::string text = values.text(name);
    const auto amount = primitives::parse_money(text);
    if (!amount) {
        return Error(concat("Invalid amount for -", name, "=<amount>: '", text, "'"));
    }
    return FeeRate::per_kvb(*amount);
}

Result<void, std::string> set_rates(settings::Loaded& loaded, policy::Policy& policy) {
    const Values& values = loaded.values;
    KEEL_TRY(const auto incremental, rate(values, "incrementalrelayfee"));
    KEEL_TRY(const auto min_relay, rate(values, "minrelaytxfee"));
    KEEL_TRY(const auto dust, rate(values, "dustrelayfee"));
    policy.incremental = incremental.value_or(policy.incremental);
    policy.dust = dust.value_or(policy.dust);
    if (min_relay) {
        policy.min_relay = *min_relay;
    } else if (policy.incremental > policy.min_relay) {
        policy.min_relay = policy.incremental;
        loaded.notes.push_back(
            concat("Increasing minrelaytxfee to ", policy.min_relay.text(), " to match incrementalrelayfee"));
    }
    return {};
}

Result<void, std::string> set_limits(const Values& values, mempool::Options& options) {
    const std::int64_t cluster_count = values.number("limitclustercount");
    const std::int64_t cluster_vsize = values.number("limitclustersize") * 1000;
    if (cluster_count > txgraph::kClusterCountMax) {
        return Error(concat("limitclustercount must be less than or equal to ", txgraph::kClusterCountMax));
    }
    const std::int64_t bytes = values.number("maxmempool") * kMegabyte;
    const std::int64_t least = cluster_vsize * kClustersMin;
    if (bytes < 0 || (bytes > 0 && bytes < least)) {
        return Error(concat("-maxmempool must be at least ", (least + kMegabyte - 1) / kMegabyte, " MB"));
    }
    options.bytes_max = static_cast<std::size_t>(bytes);
    options.limits = {static_cast<int>(cluster_count), cluster_vsize * 4};
    return {};
}

}  // namespace

Result<mempool::Options, std::string> make_pool_options(settings::Loaded& loaded) {
    const Values& values = loaded.values;
    mempool::Options out;
    KEEL_CHECK(set_rates(loaded, out.policy));
    KEEL_CHECK(set_limits(values, out));
    out.policy.require_standard = !values.flag("acceptnonstdtxn");
    out.policy.permit_bare_multisig = values.flag("permitbaremultisig");
    out.policy.bytes_per_sigop = values.number("bytespersigop");
    out.policy.datacarrier_bytes.reset();
    if (values.flag("datacarrier")) {
        out.policy.datacarrier_bytes = static_cast<std::size_t>(values.number("datacarriersize"));
    }
    out.expiry = seconds(values.number("mempoolexpiry") * kSecondsPerHour);
    runtime::random_bytes(std::as_writable_bytes(std::span(&out.hash_key, 1)));
    return out;
}

}  // namespace keel::daemon
