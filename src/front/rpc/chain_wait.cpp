// Calls that wait for the chain to move.
#include <chrono>

#include "front/rpc/common.hpp"
#include "front/rpc/method_groups.hpp"

namespace keel::rpc {
namespace {

using Clock = std::chrono::steady_clock;

// A wait without an end is cut into waits of this length, each of which looks at whether the node stops.
constexpr milliseconds kSlice{60'000};

// Waits until `done(tip)` or for `timeout_ms` (0: without limit); writes the tip it ends with.
template <class Done>
Outcome<void> wait_until(const Context& context, std::int32_t timeout_ms, JsonWriter& out, Done&& done) {
    if (timeout_ms < 0) {
        return fail(ErrorCode::misc, "Negative timeout");
    }
    const auto deadline = Clock::now() + milliseconds(timeout_ms);
    const Node* tip = &context.chain.tip();
    while (!done(*tip) && !context.chain.stopping()) {
        milliseconds slice = kSlice;
        if (timeout_ms > 0) {
            slice = std::min(slice, std::chrono::ceil<milliseconds>(deadline - Clock::now()));
            if (slice <= milliseconds(0)) {
                break;
            }
        }
        tip = &context.chain.wait_for_tip(*tip, slice);
    }
    out.begin_object();
    out.field("hash", tip->hash());
    out.field("height", tip->height());
    out.end_object();
    return {};
}

Outcome<void> waitfornewblock(const Context& context, const Args& args, JsonWriter& out) {
    KEEL_TRY(const auto timeout, args.integer<std::int32_t>(0, 0));
    primitives::BlockHash known = context.chain.tip().hash();
    if (args.has(1)) {
        KEEL_TRY(known, args.hash<primitives::BlockHash>(1, "current_tip"));
    }
    return wait_until(context, timeout, out, [&](const Node& tip) { return tip.hash() != known; });
}

Outcome<void> waitforblock(const Context& context, const Args& args, JsonWriter& out) {
    KEEL_TRY(const auto hash, args.hash<primitives::BlockHash>(0, "blockhash"));
    KEEL_TRY(const auto timeout, args.integer<std::int32_t>(1, 0));
    return wait_until(context, timeout, out, [&](const Node& tip) { return tip.hash() == hash; });
}

Outcome<void> waitforblockheight(const Context& context, const Args& args, JsonWriter& out) {
    KEEL_TRY(const auto height, args.integer<std::int32_t>(0));
    KEEL_TRY(const auto timeout, args.integer<std::int32_t>(1, 0));
    return wait_until(context, timeout, out, [&](const Node& tip) { return tip.height().value() >= height; });
}

constexpr std::string_view kTimeoutHelp = "Milliseconds to wait; 0 for no limit";
constexpr std::string_view kResult = "{hash: hex, height: num} 'the tip when the wait ended'";

constexpr Param kNewBlockParams[] = {
    {"timeout", ArgType::number, Need::optional, "0", kTimeoutHelp},
    {"current_tip", ArgType::hex, Need::optional, "the tip now", "Wait for the tip to differ from this"},
};
constexpr Param kBlockParams[] = {
    {"blockhash", ArgType::hex, Need::required, "", "Block hash to wait for"},
    {"timeout", ArgType::number, Need::optional, "0", kTimeoutHelp},
};
constexpr Param kHeightParams[] = {
    {"height", ArgType::number, Need::required, "", "Height to wait for"},
    {"timeout", ArgType::number, Need::optional, "0", kTimeoutHelp},
};

constexpr Method kMethods[] = {
    {"blockchain", "waitfornewblock", "Waits for another tip than the present one.", kNewBlockParams, kResult,
     waitfornewblock},
    {"blockchain", "waitforblock", "Waits until a block is the tip.", kBlockParams, kResult, waitforblock},
    {"blockchain", "waitforblockheight", "Waits until the active chain has a height.", kHeightParams, kResult,
     waitforblockheight},
};

}  // namespace

std::span<const Method> chain_wait_methods() { return kMethods; }

}  // namespace keel::rpc
