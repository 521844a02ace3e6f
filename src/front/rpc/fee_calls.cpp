// Calls about the fees that transactions need.
#include <cmath>

#include <boost/json/object.hpp>

#include "front/rpc/common.hpp"
#include "front/rpc/json_values.hpp"
#include "front/rpc/method_groups.hpp"
#include "front/rpc/template_desk.hpp"

namespace keel::rpc {
namespace {

using fees::PoolHealth;

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return out;
}

Outcome<std::uint32_t> target_of(const Args& args, const api::FeeEstimates& estimates) {
    KEEL_TRY(const auto target, args.integer<std::int32_t>(0));
    const std::uint32_t limit = estimates.blocks.blocks_tracked(fees::Span::weeks);
    if (target < 1 || static_cast<std::uint32_t>(target) > limit) {
        return fail(ErrorCode::invalid_parameter,
                    "Invalid conf_target, must be between 1 and " + std::to_string(limit));
    }
    return static_cast<std::uint32_t>(target);
}

Outcome<std::shared_ptr<const api::FeeEstimates>> estimates_of(const Context& context) {
    api::Pending<std::shared_ptr<const api::FeeEstimates>> pending;
    context.mining.fee_estimates(pending.reply());
    return wait_for(pending);
}

// One answer of one way to estimate.
struct Answer {
    std::string_view estimator;
    std::uint32_t target = 0;
    policy::FeeRate rate;
    std::string problem;  // in place of a rate
};

Answer from_history(const api::FeeEstimates& estimates, std::uint32_t target, bool conservative) {
    const fees::SmartEstimate found = estimates.blocks.smart(target, conservative);
    return {.estimator = "block_policy",
            .target = found.target,
            .rate = policy::FeeRate::per_kvb(primitives::Amount(found.rate)),
            .problem = found.rate == 0 ? "Insufficient data or no feerate found" : ""};
}

// No rate below this one gets anywhere now.
policy::FeeRate floor_rate(const Context& context) {
    return std::max(context.pool.view().min_rate(context.chain.now()), context.pool.view().options().policy.min_relay);
}

Outcome<Answer> from_pool(const Context& context, const api::FeeEstimates& estimates, bool conservative) {
    Answer out{.estimator = "mempool_policy", .target = fees::kPoolTarget, .rate = {}, .problem = {}};
    const PoolHealth health = estimates.pool.health();
    if (!context.pool.view().loaded()) {
        out.problem = "mempool_policy: Mempool not loaded yet, no fee rate estimate available";
    } else if (health == PoolHealth::too_few_blocks) {
        out.problem = "mempool_policy: Not enough recent block data for fee rate estimation";
    } else if (health == PoolHealth::low_coverage) {
        out.problem = "mempool_policy: Mempool is unreliable for fee rate estimation";
    }
    if (!out.problem.empty()) {
        return out;
    }
    KEEL_TRY(const auto desk, context.desk.current(context));
    std::vector<fees::VirtualRate> chunks;
    for (const mining::Selection::Rate& chunk : desk->made.selection.chunks) {
        chunks.push_back({.fee = chunk.fee, .virtual_size = chunk.virtual_size});
    }
    const fees::BlockPercentiles percentiles = fees::block_percentiles(std::move(chunks));
    const fees::VirtualRate chosen = conservative ? percentiles.half : percentiles.three_quarters;
    out.rate = chosen.virtual_size == 0 ? floor_rate(context)
                                        : policy::FeeRate(primitives::Amount(chosen.fee), chosen.virtual_size);
    return out;
}

struct Question {
    std::uint32_t target = 0;
    bool conservative = false;
    std::string_view estimator;
};

// Of both, the lower one; but nothing when either has nothing to say.
Outcome<Answer> estimate(const Context& context, const api::FeeEstimates& estimates, const Question& question) {
    if (question.estimator == "mempool_policy") {
        return from_pool(context, estimates, question.conservative);
    }
    Answer history = from_history(estimates, question.target, question.conservative);
    if (question.estimator == "block_policy" || !history.problem.empty()) {
        return history;
    }
    KEEL_TRY(const auto pool, from_pool(context, estimates, question.conservative));
    return !pool.problem.empty() || pool.rate < history.rate ? pool : history;
}

struct SmartOptions {
    std::string estimator = "none";
    std::int32_t verbosity = 1;
};

Outcome<SmartOptions> smart_options(const Args& args) {
    SmartOptions out;
    if (!args.has(2)) {
        return out;
    }
    const boost::json::object& object = args.value(2).get_object();
    const auto expect = [&](std::string_view name, const char* type) -> Outcome<void> {
        const Args::Json* value = object.if_contains(name);
        if (value == nullptr || value->is_null() || std::string_view(type_name(*value)) == type) {
            return {};
        }
        return fail(ErrorCode::type, std::string("JSON value of type ") + type_name(*value) + " for field " +
                                         std::string(name) + " is not of expected type " + type);
    };
    KEEL_CHECK(expect("fee_rate_estimator", "string"));
    KEEL_CHECK(expect("verbosity", "number"));
    for (const auto& [name, value] : object) {
        if (name != "fee_rate_estimator" && name != "verbosity") {
            return fail(ErrorCode::type, "Unexpected key " + std::string(std::string_view(name)));
        }
    }
    if (const Args::Json* value = member(args.value(2), "fee_rate_estimator")) {
        out.estimator = lower(text_of(*value));
    }
    if (const Args::Json* value = member(args.value(2), "verbosity")) {
        KEEL_TRY(out.verbosity, integer_of<std::int32_t>(*value));
    }
    return out;
}

void write_problem(JsonWriter& out, std::string_view problem) {
    out.key("errors");
    out.begin_array();
    out.value(problem);
    out.end_array();
}

void write_pool_window(JsonWriter& out, const fees::PoolEstimator& pool) {
    out.key("mempool_health_statistics");
    out.begin_array();
    for (auto block = pool.window().rbegin(); block != pool.window().rend(); ++block) {
        out.begin_object();
        out.field("block_height", block->height);
        out.field("block_weight", block->weight);
        out.field("mempool_txs_weight", block->known_weight);
        out.end_object();
    }
    out.end_array();
}

Outcome<void> estimatesmartfee(const Context& context, const Args& args, JsonWriter& out) {
    KEEL_TRY(const auto estimates, estimates_of(context));
    KEEL_TRY(const auto target, target_of(args, *estimates));
    const std::string mode = args.has(1) ? lower(args.text(1)) : "economical";
    if (mode != "unset" && mode != "economical" && mode != "conservative") {
        return fail(ErrorCode::invalid_parameter,
                    "Invalid estimate_mode parameter, must be one of: \"unset\", \"economical\", \"conservative\"");
    }
    KEEL_TRY(const auto options, smart_options(args));
    KEEL_TRY(const auto found, estimate(context, *estimates, {target, mode == "conservative", options.estimator}));
    const bool of_both = options.estimator != "block_policy" && options.estimator != "mempool_policy";
    out.begin_object();
    if (found.problem.empty()) {
        out.field("feerate", std::max(found.rate, floor_rate(context)).per_kvb());
        if (of_both) {
            out.field("estimator", found.estimator);
        }
    } else {
        write_problem(out, found.problem);
    }
    out.field("blocks", found.target);
    if (options.verbosity >= 2) {
        write_pool_window(out, estimates->pool);
    }
    out.end_object();
    return {};
}

void write_range(JsonWriter& out, std::string_view name, const fees::RateRange& range) {
    const auto hundredths = [](double number) { return std::round(number * 100.0) / 100.0; };
    out.key(name);
    out.begin_object();
    out.field("startrange", std::round(range.start));
    out.field("endrange", std::round(range.end));
    out.field("withintarget", hundredths(range.within_target));
    out.field("totalconfirmed", hundredths(range.total_confirmed));
    out.field("inmempool", hundredths(range.in_mempool));
    out.field("leftmempool", hundredths(range.left_mempool));
    out.end_object();
}

void write_raw(JsonWriter& out, const fees::RawEstimate& found) {
    out.begin_object();
    if (found.rate != 0) {
        out.field("feerate", primitives::Amount(found.rate));
    }
    out.field("decay", found.detail.decay);
    out.field("scale", found.detail.scale);
    if (found.rate != 0) {
        write_range(out, "pass", found.detail.pass);
    }
    if (found.rate == 0 || found.detail.fail.start != -1) {
        write_range(out, "fail", found.detail.fail);
    }
    if (found.rate == 0) {
        write_problem(out, "Insufficient data or no feerate found which meets threshold");
    }
    out.end_object();
}

Outcome<void> estimaterawfee(const Context& context, const Args& args, JsonWriter& out) {
    KEEL_TRY(const auto estimates, estimates_of(context));
    KEEL_TRY(const auto target, target_of(args, *estimates));
    const double threshold = args.has(1) ? args.value(1).to_number<double>() : 0.95;
    if (threshold < 0 || threshold > 1) {
        return fail(ErrorCode::invalid_parameter, "Invalid threshold");
    }
    constexpr std::array<std::pair<std::string_view, fees::Span>, 3> kNames{
        {{"short", fees::Span::hours}, {"medium", fees::Span::days}, {"long", fees::Span::weeks}}};
    out.begin_object();
    for (const auto& [name, span] : kNames) {
        if (target <= estimates->blocks.blocks_tracked(span)) {
            out.key(name);
            write_raw(out, estimates->blocks.raw(target, threshold, span));
        }
    }
    out.end_object();
    return {};
}

constexpr std::string_view kTargetHelp = "Within how many blocks the transaction is to confirm, 1 to 1008";

constexpr Param kSmartParams[] = {
    {"conf_target", ArgType::number, Need::required, "", kTargetHelp},
    {"estimate_mode", ArgType::text, Need::optional, "economical", "\"economical\", \"conservative\" or \"unset\""},
    {"options", ArgType::object, Need::optional, "",
     "{ \"fee_rate_estimator\": \"block_policy\" (from history), \"mempool_policy\" (from what waits) or \"none\" (the "
     "lower of both), \"verbosity\": 2 for the pool's recent blocks too }"},
};
constexpr Param kRawParams[] = {
    {"conf_target", ArgType::number, Need::required, "", kTargetHelp},
    {"threshold", ArgType::number, Need::optional, "0.95",
     "The share of transactions that must have confirmed in time"},
};

constexpr Method kMethods[] = {
    {"util", "estimatesmartfee", "Estimates the fee rate that a transaction needs.", kSmartParams,
     "{feerate?: amount 'for 1,000 virtual bytes', estimator?: str, errors?: [str], blocks: num, "
     "mempool_health_statistics?: [{block_height: num, block_weight: num, mempool_txs_weight: num}]}",
     estimatesmartfee},
    {"hidden", "estimaterawfee", "Shows what the estimates from history rest on. Its form may change.", kRawParams,
     "{*: {feerate?: amount, decay: num, scale: num, pass?: {startrange: num, endrange: num, withintarget: num, "
     "totalconfirmed: num, inmempool: num, leftmempool: num}, fail?: {startrange: num, endrange: num, withintarget: "
     "num, "
     "totalconfirmed: num, inmempool: num, leftmempool: num}, errors?: [str]}}",
     estimaterawfee},
};

}  // namespace

std::span<const Method> fee_methods() { return kMethods; }

}  // namespace keel::rpc
