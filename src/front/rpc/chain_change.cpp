// Calls that change the chain or what is kept of it.
#include "base/checked.hpp"
#include "front/rpc/common.hpp"
#include "front/rpc/method_groups.hpp"

namespace keel::rpc {
namespace {

using primitives::Height;

// Blocks below the tip that are never pruned: enough for any reorganisation worth preparing for (BIP159).
constexpr std::int32_t kBlocksKept = 288;
// Numbers above this are times, below it heights.
constexpr std::int32_t kFirstTime = 1'000'000'000;
constexpr std::int64_t kTimeSlack = 2 * 3600;  // how much older than its neighbours a block's time may be

using ChainCommand = void (api::NodeCommands::*)(const Node&, api::Reply<api::Done>);

Outcome<void> wait_done(api::Pending<api::Done>& pending) {
    KEEL_TRY(const api::Done done, wait_for(pending));
    if (!done.failure.empty()) {
        return fail(ErrorCode::database, done.failure);
    }
    return {};
}

Outcome<void> change_block(const Context& context, const Args& args, JsonWriter& out, ChainCommand command) {
    KEEL_TRY(const Node* node, find_block(context, args, 0, "blockhash"));
    api::Pending<api::Done> pending;
    (context.commands.*command)(*node, pending.reply());
    KEEL_CHECK(wait_done(pending));
    out.value(nullptr);
    return {};
}

Outcome<void> invalidateblock(const Context& context, const Args& args, JsonWriter& out) {
    return change_block(context, args, out, &api::NodeCommands::invalidate_block);
}

Outcome<void> reconsiderblock(const Context& context, const Args& args, JsonWriter& out) {
    return change_block(context, args, out, &api::NodeCommands::reconsider_block);
}

Outcome<void> preciousblock(const Context& context, const Args& args, JsonWriter& out) {
    return change_block(context, args, out, &api::NodeCommands::precious_block);
}

// The first block of the active chain at which no block so far was older than `time`.
Outcome<std::int32_t> height_at_time(const Node& tip, std::int64_t time) {
    // The highest time up to a block only grows, so the first block that reaches it is the first of that time itself.
    const Node* found = nullptr;
    for (const Node* node = &tip; node != nullptr; node = node->previous()) {
        if (std::int64_t{node->header().time} >= time) {
            found = node;
        }
    }
    if (found == nullptr) {
        return fail(ErrorCode::invalid_parameter, "Could not find block with at least the specified timestamp.");
    }
    return found->height().value();
}

Outcome<void> pruneblockchain(const Context& context, const Args& args, JsonWriter& out) {
    if (!context.chain.prune_status().enabled) {
        return fail(ErrorCode::misc, "Cannot prune blocks because node is not in prune mode.");
    }
    KEEL_TRY(auto height, args.integer<std::int32_t>(0));
    if (height < 0) {
        return fail(ErrorCode::invalid_parameter, "Negative block height.");
    }
    const Node& tip = context.chain.tip();
    if (height > kFirstTime) {
        KEEL_TRY(height, height_at_time(tip, height - kTimeSlack));
    }
    if (tip.height() < context.chain.params().prune_after_height) {
        return fail(ErrorCode::misc, "Blockchain is too short for pruning.");
    }
    if (height > tip.height().value()) {
        return fail(ErrorCode::invalid_parameter, "Blockchain is shorter than the attempted prune height.");
    }
    height = std::min(height, tip.height().value() - kBlocksKept);
    api::Pending<api::Done> pending;
    context.commands.prune_to(Height(height), pending.reply());
    KEEL_CHECK(wait_done(pending));
    out.value(context.chain.prune_status().pruned_height);
    return {};
}

Outcome<void> syncwithvalidationinterfacequeue(const Context& context, const Args&, JsonWriter& out) {
    api::Pending<api::Done> pending;
    context.commands.settle(pending.reply());
    KEEL_CHECK(wait_done(pending));
    out.value(nullptr);
    return {};
}

Outcome<void> setmocktime(const Context& context, const Args& args, JsonWriter& out) {
    if (!context.chain.params().mine_on_demand) {
        return fail(ErrorCode::misc, "setmocktime is for regression testing (-regtest mode) only");
    }
    KEEL_TRY(const auto time, args.integer<std::int64_t>(0));
    constexpr std::int64_t kTimeMax = 0xFFFFFFFF;  // what a header can say
    if (time < 0 || time > kTimeMax) {
        return fail(ErrorCode::invalid_parameter, "Mocktime must be in the range [0, " + std::to_string(kTimeMax) +
                                                      "], not " + std::to_string(time) + ".");
    }
    context.commands.set_mock_time(time);
    out.value(nullptr);
    return {};
}

constexpr Param kBlockParams[] = {
    {"blockhash", ArgType::hex, Need::required, "", "The hash of the block"},
};
constexpr Param kPruneParams[] = {
    {"height", ArgType::number, Need::required, "",
     "The height to prune up to, or a time in seconds since 1970: blocks older than it by two hours go"},
};
constexpr Param kMockTimeParams[] = {
    {"timestamp", ArgType::number, Need::required, "", "Seconds since 1970; 0 for the real clock"},
};
constexpr std::string_view kNull = "null";

constexpr Method kMethods[] = {
    {"hidden", "invalidateblock", "Marks a block as invalid, as if it broke a rule.", kBlockParams, kNull,
     invalidateblock},
    {"hidden", "reconsiderblock", "Takes invalidity marks off a block, its ancestors and its descendants.",
     kBlockParams, kNull, reconsiderblock},
    {"blockchain", "preciousblock", "Treats a block as if it had arrived before others of the same work.", kBlockParams,
     kNull, preciousblock},
    {"blockchain", "pruneblockchain", "Deletes block and undo data up to a height. Needs -prune.", kPruneParams,
     "num 'height of the last block pruned'", pruneblockchain},
    {"hidden",
     "syncwithvalidationinterfacequeue",
     "Waits until everything submitted so far has come to rest.",
     {},
     kNull,
     syncwithvalidationinterfacequeue},
    {"hidden", "setmocktime", "Sets the time that the node takes for now (regtest only).", kMockTimeParams, kNull,
     setmocktime},
};

}  // namespace

std::span<const Method> chain_change_methods() { return kMethods; }

}  // namespace keel::rpc
