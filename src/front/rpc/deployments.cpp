// Calls about consensus changes and about how the chain grew.
#include "rules/consensus/deployments.hpp"

#include "engine/headers/history.hpp"
#include "front/rpc/common.hpp"
#include "front/rpc/method_groups.hpp"
#include "rules/consensus/script_flags.hpp"

namespace keel::rpc {
namespace {

using consensus::ThresholdState;
using primitives::Height;

void write_script_flags(JsonWriter& out, const Node& node, const primitives::Params& params) {
    const script::Flags flags = consensus::script_flags(node.height(), node.hash(), params);
    std::vector<std::string_view> names;
    for (std::size_t i = 0; i < script::kFlagCount; ++i) {
        if (flags.has(static_cast<script::Flag>(i))) {
            names.push_back(script::name(static_cast<script::Flag>(i)));
        }
    }
    std::ranges::sort(names);
    out.key("script_flags");
    out.begin_array();
    for (const std::string_view name : names) {
        out.value(name);
    }
    out.end_array();
}

void write_buried(JsonWriter& out, std::string_view name, Height from, const Node& node) {
    out.key(name);
    out.begin_object();
    out.field("type", "buried");
    out.field("active", consensus::is_active(from, node.height() + 1));
    out.field("height", from);
    out.end_object();
}

// '#' for each block of the period up to the node that signals, '-' for the others.
std::string signalling(const Node& node, int elapsed, int bit) {
    std::string out(static_cast<std::size_t>(elapsed), '-');
    const Node* at = &node;
    for (std::size_t i = out.size(); i-- > 0; at = at->previous()) {
        if (consensus::signals(at->header().version, bit)) {
            out[i] = '#';
        }
    }
    return out;
}

void write_statistics(JsonWriter& out, const Node& node, const primitives::Deployment& deployment,
                      ThresholdState state) {
    const consensus::SignalCount count = consensus::count_signals(headers::History(node), deployment);
    out.key("statistics");
    out.begin_object();
    out.field("period", count.period);
    out.field("elapsed", count.elapsed);
    out.field("count", count.count);
    if (state == ThresholdState::started) {
        out.field("threshold", count.threshold);
        out.field("possible", count.possible);
    }
    out.end_object();
    out.field("signalling", signalling(node, count.elapsed, deployment.bit));
}

struct Stage {
    ThresholdState state = ThresholdState::defined;
    ThresholdState next = ThresholdState::defined;
    Height since{0};
};

Stage stage_of(const Node& node, const primitives::Deployment& deployment) {
    consensus::ThresholdCache cache;
    Stage out;
    out.next = consensus::state_after(headers::History(node), deployment, cache);
    if (node.previous() != nullptr) {
        const headers::History before(*node.previous());
        out.state = consensus::state_after(before, deployment, cache);
        out.since = consensus::state_since(before, deployment, cache);
    }
    return out;
}

void write_running(JsonWriter& out, const primitives::Deployment& deployment, const Node& node) {
    const Stage stage = stage_of(node, deployment);
    const bool counted = stage.state == ThresholdState::started || stage.state == ThresholdState::locked_in;
    std::optional<Height> active_from;
    if (stage.state == ThresholdState::active) {
        active_from = stage.since;
    } else if (stage.next == ThresholdState::active) {
        active_from = node.height() + 1;
    }
    out.key(deployment.name);
    out.begin_object();
    out.field("type", "bip9");
    if (active_from) {
        out.field("height", *active_from);
    }
    out.field("active", active_from.has_value());
    out.key("bip9");
    out.begin_object();
    if (counted) {
        out.field("bit", deployment.bit);
    }
    out.field("start_time", deployment.start_time);
    out.field("timeout", deployment.timeout);
    out.field("min_activation_height", deployment.min_activation_height);
    out.field("status", consensus::to_string(stage.state));
    out.field("since", stage.since);
    out.field("status_next", consensus::to_string(stage.next));
    if (counted) {
        write_statistics(out, node, deployment, stage.state);
    }
    out.end_object();
    out.end_object();
}

Outcome<void> getdeploymentinfo(const Context& context, const Args& args, JsonWriter& out) {
    const Node* node = &context.chain.tip();
    if (args.has(0)) {
        KEEL_TRY(node, find_block(context, args, 0, "blockhash"));
    }
    const primitives::Params& params = context.chain.params();
    out.begin_object();
    out.field("hash", node->hash());
    out.field("height", node->height());
    write_script_flags(out, *node, params);
    out.key("deployments");
    out.begin_object();
    write_buried(out, "bip34", params.buried.bip34, *node);
    write_buried(out, "bip66", params.buried.bip66, *node);
    write_buried(out, "bip65", params.buried.bip65, *node);
    write_buried(out, "csv", params.buried.csv, *node);
    write_buried(out, "segwit", params.buried.segwit, *node);
    for (const primitives::Deployment& deployment : params.deployments) {
        if (deployment.start_time != primitives::Deployment::kNeverActive) {
            write_running(out, deployment, *node);
        }
    }
    out.end_object();
    out.end_object();
    return {};
}

// ---- getchaintxstats ----

Outcome<const Node*> last_of_window(const Context& context, const Args& args) {
    const Node& tip = context.chain.tip();
    if (!args.has(1)) {
        return &tip;
    }
    KEEL_TRY(const Node* node, find_block(context, args, 1, "blockhash"));
    if (position_of(*node, tip).confirmations < 0) {
        return fail(ErrorCode::invalid_parameter, "Block is not in main chain");
    }
    return node;
}

Outcome<void> getchaintxstats(const Context& context, const Args& args, JsonWriter& out) {
    constexpr std::int64_t kMonth = 30 * 24 * 3600;
    KEEL_TRY(const Node* last, last_of_window(context, args));
    const std::int32_t height = last->height().value();
    const auto month = static_cast<std::int32_t>(kMonth / context.chain.params().pow.target_spacing);
    KEEL_TRY(const auto count, args.integer<std::int32_t>(0, std::max(0, std::min(month, height - 1))));
    if (count < 0 || (count > 0 && count >= height)) {
        return fail(ErrorCode::invalid_parameter,
                    "Invalid block count: should be between 0 and the block's height - 1");
    }
    const Node* before = last->ancestor(Height(height - count));
    const std::int64_t interval = last->median_time_past() - before->median_time_past();
    out.begin_object();
    out.field("time", last->header().time);
    if (last->chain_tx_count() != 0) {
        out.field("txcount", last->chain_tx_count());
    }
    out.field("window_final_block_hash", last->hash());
    out.field("window_final_block_height", height);
    out.field("window_block_count", count);
    if (count > 0) {
        out.field("window_interval", interval);
        if (last->chain_tx_count() != 0 && before->chain_tx_count() != 0) {
            const std::uint64_t txs = last->chain_tx_count() - before->chain_tx_count();
            out.field("window_tx_count", txs);
            if (interval > 0) {
                out.field("txrate", static_cast<double>(txs) / static_cast<double>(interval));
            }
        }
    }
    out.end_object();
    return {};
}

constexpr Param kDeploymentParams[] = {
    {"blockhash", ArgType::hex, Need::optional, "the tip's", "The block to look from"},
};
constexpr Param kStatsParams[] = {
    {"nblocks", ArgType::number, Need::optional, "one month", "Size of the window in blocks"},
    {"blockhash", ArgType::hex, Need::optional, "the tip's", "The block that ends the window"},
};

constexpr Method kMethods[] = {
    {"blockchain", "getdeploymentinfo", "Returns the state of consensus changes as of a block.", kDeploymentParams,
     "{hash: hex, height: num, script_flags: [str], deployments: {*: {type: str 'buried or bip9', height?: num, "
     "active: "
     "bool, bip9?: {bit?: num, start_time: num, timeout: num, min_activation_height: num, status: str, since: num, "
     "status_next: str, statistics?: {period: num, elapsed: num, count: num, threshold?: num, possible?: bool}, "
     "signalling?: str}}}}",
     getdeploymentinfo},
    {"blockchain", "getchaintxstats", "Computes how many transactions the chain took in a window of blocks.",
     kStatsParams,
     "{time: num, txcount?: num, window_final_block_hash: hex, window_final_block_height: num, window_block_count: "
     "num, "
     "window_interval?: num, window_tx_count?: num, txrate?: num}",
     getchaintxstats},
};

}  // namespace

std::span<const Method> deployment_methods() { return kMethods; }

}  // namespace keel::rpc
