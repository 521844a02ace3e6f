// Calls about what miners hand in, and what they want to know.
#include <cmath>

#include "base/hex.hpp"
#include "engine/headers/history.hpp"
#include "engine/mining/template.hpp"
#include "front/rpc/common.hpp"
#include "front/rpc/method_groups.hpp"
#include "front/rpc/template_desk.hpp"
#include "rules/consensus/pow.hpp"
#include "rules/consensus/witness_commitment.hpp"
#include "rules/primitives/block_prefix.hpp"

namespace keel::rpc {
namespace {

using primitives::BlockPtr;
using primitives::Height;

constexpr std::int32_t kHashrateBlocks = 120;

// BIP22 leaves the coinbase's witness to the node: a block that commits to witnesses but whose coinbase has none gets
// the usual one of 32 zero bytes.
BlockPtr complete_coinbase(const Context& context, BlockPtr block) {
    const Node* parent = context.chain.tree().find(block->header().previous);
    if (parent == nullptr || block->tx_count() == 0 ||
        !consensus::is_active(context.chain.params().buried.segwit, parent->height() + 1) ||
        !consensus::witness_commitment_output(block->tx(0)) || block->tx(0).input_count() == 0 ||
        block->tx(0).has_witness()) {
        return block;
    }
    std::vector<primitives::MutableTx> txs;
    txs.reserve(block->tx_count());
    for (std::size_t i = 0; i < block->tx_count(); ++i) {
        txs.push_back(primitives::MutableTx::from(block->tx(i)));
    }
    txs[0].inputs[0].witness = {Bytes(32)};
    return primitives::Block::assemble(block->header(), txs);
}

Outcome<void> submitblock(const Context& context, const Args& args, JsonWriter& out) {
    auto bytes = from_hex(args.text(0));
    if (!bytes) {
        return fail(ErrorCode::deserialization, "Block decode failed");
    }
    auto block = primitives::parse_block_prefix(std::move(*bytes));
    if (!block) {
        return fail(ErrorCode::deserialization, "Block decode failed");
    }
    KEEL_TRY(const auto verdict, submit_block(context, complete_coinbase(context, std::move(*block))));
    switch (verdict.outcome) {
        case api::BlockOutcome::connected: out.value(nullptr); break;
        case api::BlockOutcome::stored: out.value("inconclusive"); break;
        case api::BlockOutcome::duplicate: out.value("duplicate"); break;
        case api::BlockOutcome::rejected: out.value(verdict.reject ? verdict.reject->reason() : "rejected"); break;
    }
    return {};
}

// What follows the header, such as the rest of a whole block, does not count.
Outcome<void> submitheader(const Context& context, const Args& args, JsonWriter& out) {
    const auto bytes = from_hex(args.text(0));
    if (!bytes || bytes->size() < primitives::Header::kSize) {
        return fail(ErrorCode::deserialization, "Block header decode failed");
    }
    primitives::Reader reader(*bytes);
    const primitives::Header header = primitives::Header::read(reader);
    if (context.chain.tree().find(header.previous) == nullptr) {
        return fail(ErrorCode::verify, "Must submit previous header (" + to_hex(header.previous) + ") first");
    }
    api::Pending<std::optional<consensus::Reject>> pending;
    context.commands.submit_header(header, pending.reply());
    KEEL_TRY(const auto reject, wait_for(pending));
    if (reject) {
        return fail(ErrorCode::verify, reject->reason());
    }
    out.value(nullptr);
    return {};
}

double to_double(const U256& number) {
    const unsigned width = number.bit_width();
    const unsigned shift = width > 64 ? width - 64 : 0;
    return std::ldexp(static_cast<double>((number >> shift).low64()), static_cast<int>(shift));
}

// Hashes per second that the last `lookup` blocks before `last` took.
double hashes_per_second(const Node& last, std::int32_t lookup) {
    const Node* first = &last;
    std::int64_t min_time = last.header().time;
    std::int64_t max_time = min_time;
    for (std::int32_t i = 0; i < std::min(lookup, last.height().value()); ++i) {
        first = first->previous();
        min_time = std::min<std::int64_t>(min_time, first->header().time);
        max_time = std::max<std::int64_t>(max_time, first->header().time);
    }
    if (min_time == max_time) {
        return 0;
    }
    return to_double((last.chain_work() - first->chain_work()).hashes()) / static_cast<double>(max_time - min_time);
}

Outcome<void> getnetworkhashps(const Context& context, const Args& args, JsonWriter& out) {
    KEEL_TRY(auto lookup, args.integer<std::int32_t>(0, kHashrateBlocks));
    KEEL_TRY(const auto height, args.integer<std::int32_t>(1, -1));
    const Node& tip = context.chain.tip();
    if (lookup < -1 || lookup == 0) {
        return fail(ErrorCode::invalid_parameter, "Invalid nblocks. Must be a positive number or -1.");
    }
    if (height < -1 || height > tip.height().value()) {
        return fail(ErrorCode::invalid_parameter, "Block does not exist at specified height");
    }
    const Node& last = height >= 0 ? *tip.ancestor(Height(height)) : tip;
    if (lookup == -1) {
        lookup = static_cast<std::int32_t>(last.height().value() % context.chain.params().pow.interval()) + 1;
    }
    out.value(hashes_per_second(last, lookup));
    return {};
}

Outcome<void> getmininginfo(const Context& context, const Args&, JsonWriter& out) {
    const api::ChainReader& chain = context.chain;
    const Node& tip = chain.tip();
    const primitives::Params& params = chain.params();
    out.begin_object();
    out.field("blocks", tip.height());
    if (const auto last = context.desk.last_block()) {
        out.field("currentblockweight", last->weight);
        out.field("currentblocktx", last->txs);
    }
    out.field("bits", hex32(tip.header().bits.value()));
    out.field("difficulty", difficulty(tip.header().bits));
    out.field("target", hex256(consensus::decode_compact(tip.header().bits).value));
    out.field("networkhashps", hashes_per_second(tip, kHashrateBlocks));
    out.field("pooledtx", context.pool.view().totals().count);
    out.field("blockmintxfee", primitives::Amount(context.mining.options().limits.min_fee_per_kvb));
    out.field("chain", params.name);
    out.key("next");
    const headers::History past(tip);
    const auto next_bits = mining::make_template(params, {past}, {}, chain.now()).header.bits;
    out.begin_object();
    out.field("height", tip.height() + 1);
    out.field("bits", hex32(next_bits.value()));
    out.field("difficulty", difficulty(next_bits));
    out.field("target", hex256(consensus::decode_compact(next_bits).value));
    out.end_object();
    if (params.signet_blocks) {
        out.field_hex("signet_challenge", params.signet_challenge);
    }
    write_warnings(out, chain);
    out.end_object();
    return {};
}

constexpr Param kSubmitBlockParams[] = {
    {"hexdata", ArgType::hex, Need::required, "", "The block"},
    {"dummy", ArgType::text, Need::optional, "ignored", "For BIP22; not looked at"},
};
constexpr Param kSubmitHeaderParams[] = {
    {"hexdata", ArgType::hex, Need::required, "", "The 80 bytes of the header; what follows them is not looked at"},
};
constexpr Param kHashrateParams[] = {
    {"nblocks", ArgType::number, Need::optional, "120", "Blocks to look at; -1 for those since the last retarget"},
    {"height", ArgType::number, Need::optional, "-1", "Height at which to estimate; -1 for the tip"},
};

constexpr Method kMethods[] = {
    {"mining", "submitblock", "Hands in a block (BIP22).", kSubmitBlockParams, "null 'accepted' | str 'why not'",
     submitblock},
    {"mining", "submitheader", "Hands in a header; fails when it breaks a rule.", kSubmitHeaderParams, "null",
     submitheader},
    {"mining", "getnetworkhashps", "Estimates the hashes per second behind the last blocks.", kHashrateParams,
     "num 'hashes per second'", getnetworkhashps},
    {"mining",
     "getmininginfo",
     "Returns what a miner wants to know.",
     {},
     "{blocks: num, currentblockweight?: num, currentblocktx?: num, bits: hex, difficulty: num, target: hex, "
     "networkhashps: num, pooledtx: num, blockmintxfee: amount, chain: str, next: {height: num, bits: hex, difficulty: "
     "num, target: hex}, signet_challenge?: hex, warnings: [str]}",
     getmininginfo},
};

}  // namespace

std::span<const Method> mining_methods() { return kMethods; }

}  // namespace keel::rpc
