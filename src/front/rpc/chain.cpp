// Calls that show the chain as a whole.
#include <algorithm>

#include "front/rpc/common.hpp"
#include "front/rpc/method_groups.hpp"

namespace keel::rpc {
namespace {

using headers::Mark;

// Share of the chain's transactions that are verified: of those known and, by the clock and the chain's average rate,
// those to be expected.
double verification_progress(const api::ChainReader& chain, const Node& tip) {
    constexpr std::int64_t kRecent = 2 * 3600;
    const std::int64_t now = to_seconds(chain.now());
    const auto verified = static_cast<double>(tip.chain_tx_count());
    std::int64_t behind = now - std::int64_t{tip.header().time};
    if (std::abs(behind) <= kRecent) {
        // Near the tip blocks come irregularly: what counts is how many headers are ahead.
        behind = (chain.tree().best_header().height() - tip.height()) * chain.params().pow.target_spacing;
    }
    const std::int64_t lived = std::int64_t{tip.header().time} - std::int64_t{chain.params().genesis->header().time};
    const double rate =
        verified / static_cast<double>(std::max<std::int64_t>(lived, chain.params().pow.target_spacing));
    return verified == 0 ? 0.0 : std::min(1.0, verified / (verified + static_cast<double>(behind) * rate));
}

Outcome<void> getblockchaininfo(const Context& context, const Args&, JsonWriter& out) {
    const api::ChainReader& chain = context.chain;
    const Node& tip = chain.tip();
    out.begin_object();
    out.field("chain", chain.params().name);
    out.field("blocks", tip.height());
    out.field("headers", chain.tree().best_header().height());
    out.field("bestblockhash", tip.hash());
    write_bits_and_target(out, tip.header().bits);
    out.field("difficulty", difficulty(tip.header().bits));
    out.field("time", tip.header().time);
    out.field("mediantime", tip.median_time_past());
    out.field("verificationprogress", verification_progress(chain, tip));
    out.field("initialblockdownload", chain.initial_download());
    out.field("chainwork", hex256(tip.chain_work().hashes()));
    out.field("size_on_disk", chain.size_on_disk());
    const api::PruneStatus prune = chain.prune_status();
    out.field("pruned", prune.enabled);
    if (prune.enabled) {
        out.field("pruneheight", prune.pruned_height + 1);
        out.field("automatic_pruning", prune.automatic);
        if (prune.automatic) {
            out.field("prune_target_size", prune.target_bytes);
        }
    }
    if (chain.params().signet_blocks) {
        out.field_hex("signet_challenge", chain.params().signet_challenge);
    }
    write_warnings(out, chain);
    out.end_object();
    return {};
}

const char* status_of(const Node& node, const Node& tip) {
    if (tip.has_ancestor(node)) {
        return "active";
    }
    if (node.is_failed()) {
        return "invalid";
    }
    if (node.chain_tx_count() == 0) {
        return "headers-only";
    }
    return node.is(Mark::connected) ? "valid-fork" : "valid-headers";
}

Outcome<void> getchaintips(const Context& context, const Args&, JsonWriter& out) {
    const Node& tip = context.chain.tip();
    std::vector<const Node*> tips;
    for (const Node* leaf : context.chain.tree().leaves()) {
        if (leaf != &tip) {
            tips.push_back(leaf);
        }
    }
    tips.push_back(&tip);
    std::ranges::sort(tips, [](const Node* a, const Node* b) {
        return std::pair(b->height(), a->id()) < std::pair(a->height(), b->id());
    });
    out.begin_array();
    for (const Node* node : tips) {
        out.begin_object();
        out.field("height", node->height());
        out.field("hash", node->hash());
        out.field("branchlen", node->height() - headers::fork_point(*node, tip)->height());
        out.field("status", status_of(*node, tip));
        out.end_object();
    }
    out.end_array();
    return {};
}

Outcome<void> getchainstates(const Context& context, const Args&, JsonWriter& out) {
    const Node& tip = context.chain.tip();
    out.begin_object();
    out.field("headers", context.chain.tree().best_header().height());
    out.key("chainstates");
    out.begin_array();
    out.begin_object();
    out.field("blocks", tip.height());
    out.field("bestblockhash", tip.hash());
    write_bits_and_target(out, tip.header().bits);
    out.field("difficulty", difficulty(tip.header().bits));
    out.field("verificationprogress", verification_progress(context.chain, tip));
    out.field("validated", true);
    out.end_object();
    out.end_array();
    out.end_object();
    return {};
}

constexpr Method kMethods[] = {
    {"blockchain",
     "getblockchaininfo",
     "Returns the state of the chain and of its processing.",
     {},
     "{chain: str, blocks: num, headers: num, bestblockhash: hex, bits: hex, target: hex, difficulty: num, time: "
     "num, mediantime: num, verificationprogress: num '0 to 1', initialblockdownload: bool, chainwork: hex, "
     "size_on_disk: num, pruned: bool, pruneheight?: num 'lowest complete block', automatic_pruning?: bool, "
     "prune_target_size?: num, signet_challenge?: hex, warnings: [str]}",
     getblockchaininfo},
    {"blockchain",
     "getchaintips",
     "Returns all known tips of the block tree: the active chain's and those of branches.",
     {},
     "[{height: num, hash: hex, branchlen: num, status: str 'active, valid-fork, valid-headers, headers-only or "
     "invalid'}]",
     getchaintips},
    {"blockchain",
     "getchainstates",
     "Returns the chain states that this node keeps.",
     {},
     "{headers: num, chainstates: [{blocks: num, bestblockhash: hex, bits: hex, target: hex, difficulty: num, "
     "verificationprogress: num, coins_db_cache_bytes?: num, coins_tip_cache_bytes?: num, snapshot_blockhash?: "
     "hex, validated: bool}]}",
     getchainstates},
};

}  // namespace

std::span<const Method> chain_methods() { return kMethods; }

}  // namespace keel::rpc
