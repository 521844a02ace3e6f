// Calls about unconfirmed transactions. This node keeps none yet: the answers say so.
#include "front/rpc/common.hpp"
#include "front/rpc/method_groups.hpp"

namespace keel::rpc {
namespace {

Outcome<void> getmempoolinfo(const Context& context, const Args&, JsonWriter& out) {
    out.begin_object();
    out.field("loaded", !context.chain.loading());
    out.field("size", 0);
    out.field("bytes", 0);
    out.field("usage", 0);
    out.field("total_fee", primitives::Amount(0));
    out.field("unbroadcastcount", 0);
    out.end_object();
    return {};
}

Outcome<void> getrawmempool(const Context&, const Args& args, JsonWriter& out) {
    const bool verbose = args.boolean(0, false);
    const bool with_sequence = args.boolean(1, false);
    if (verbose && with_sequence) {
        return fail(ErrorCode::invalid_parameter, "Verbose results cannot contain mempool sequence values.");
    }
    if (verbose) {
        out.begin_object();
        out.end_object();
        return {};
    }
    if (with_sequence) {
        out.begin_object();
        out.key("txids");
    }
    out.begin_array();
    out.end_array();
    if (with_sequence) {
        out.field("mempool_sequence", 1);
        out.end_object();
    }
    return {};
}

constexpr Param kRawParams[] = {
    {"verbose", ArgType::boolean, Need::optional, "false", "true for an object by transaction id"},
    {"mempool_sequence", ArgType::boolean, Need::optional, "false", "true for an object with the sequence value"},
};

constexpr Method kMethods[] = {
    {"blockchain",
     "getmempoolinfo",
     "Returns the state of the memory pool, which this version keeps empty.",
     {},
     "{loaded: bool, size: num, bytes: num, usage: num, total_fee: amount, unbroadcastcount: num}",
     getmempoolinfo},
    {"blockchain", "getrawmempool", "Returns the ids of all transactions in the memory pool.", kRawParams,
     "[hex 'a transaction id'] | {txids: [hex], mempool_sequence: num}", getrawmempool},
};

}  // namespace

std::span<const Method> mempool_methods() { return kMethods; }

}  // namespace keel::rpc
