// Calls that make blocks here: for networks whose blocks cost nothing.
#include <boost/json/array.hpp>

#include "base/hex.hpp"
#include "engine/headers/history.hpp"
#include "engine/mining/nonce_search.hpp"
#include "front/rpc/common.hpp"
#include "front/rpc/descriptor_args.hpp"
#include "front/rpc/json_values.hpp"
#include "front/rpc/method_groups.hpp"
#include "front/rpc/template_desk.hpp"
#include "front/rpc/tx_args.hpp"
#include "rules/address/address.hpp"

namespace keel::rpc {
namespace {

using primitives::BlockPtr;

constexpr std::int32_t kDefaultTries = 1'000'000;
// Attempts to put a block together while the tip keeps moving.
constexpr int kTipAttempts = 100;

// Nonces between two looks at whether the node stops.
constexpr std::uint64_t kSearchStep = 100'000;

// Counts `tries` down. False when they are used up or the node stops.
bool solve(const Context& context, primitives::Header& header, std::uint64_t& tries) {
    while (tries > 0 && !context.chain.stopping()) {
        const mining::NonceStep step =
            mining::search_nonce(header, context.chain.params(), std::min(tries, kSearchStep));
        tries -= step.tries;
        if (step.outcome != mining::NonceOutcome::paused) {
            return step.outcome == mining::NonceOutcome::found;
        }
    }
    return false;
}

Outcome<void> hand_in(const Context& context, BlockPtr block) {
    KEEL_TRY(const auto verdict, submit_block(context, std::move(block)));
    if (verdict.outcome == api::BlockOutcome::rejected) {
        return fail(ErrorCode::internal, "ProcessNewBlock, block not accepted" +
                                             (verdict.reject ? ": " + verdict.reject->text() : std::string()));
    }
    return {};
}

// Mines one block on the tip and hands it in. Nothing when no nonce was found.
Outcome<std::optional<primitives::BlockHash>> mine_one(const Context& context, const Bytes& script,
                                                       std::uint64_t& tries) {
    KEEL_TRY(const auto block, assemble_block(context, script));
    primitives::Header header = block.made.header;
    if (!solve(context, header, tries)) {
        return std::nullopt;
    }
    KEEL_CHECK(hand_in(context, block.made.block(header)));
    return header.hash();
}

Outcome<void> mine(const Context& context, const Args& args, const Bytes& script, JsonWriter& out) {
    KEEL_TRY(auto count, args.integer<std::int32_t>(0));
    KEEL_TRY(const auto tries_given, args.integer<std::int32_t>(2, kDefaultTries));
    auto tries = static_cast<std::uint64_t>(std::max(tries_given, 0));
    out.begin_array();
    for (; count > 0 && !context.chain.stopping(); --count) {
        KEEL_TRY(const auto hash, mine_one(context, script, tries));
        if (!hash) {
            break;
        }
        out.value(*hash);
    }
    out.end_array();
    return {};
}

Outcome<void> generatetoaddress(const Context& context, const Args& args, JsonWriter& out) {
    const auto destination = address::decode_address(args.text(1), context.chain.params().prefixes);
    if (!destination) {
        return fail(ErrorCode::invalid_address_or_key, "Error: Invalid address");
    }
    return mine(context, args, address::script_of(*destination), out);
}

Outcome<void> generatetodescriptor(const Context& context, const Args& args, JsonWriter& out) {
    KEEL_TRY(const Bytes script, script_to_pay(context, args.text(1)));
    return mine(context, args, script, out);
}

Outcome<Bytes> script_of_output(const Context& context, std::string_view output) {
    if (const auto destination = address::decode_address(output, context.chain.params().prefixes)) {
        return address::script_of(*destination);
    }
    const auto parsed = address::Descriptor::parse(output, context.chain.params().prefixes);
    if (!parsed) {
        return fail(ErrorCode::invalid_address_or_key, "Error: Invalid address or descriptor");
    }
    return script_to_pay(context, output);
}

// Transaction ids, of the memory pool, or transactions.
Outcome<std::vector<mining::Candidate>> named_txs(const Context& context, const Args& args, std::size_t index) {
    KEEL_TRY(const auto texts, args.texts(index));
    std::vector<mining::Candidate> out;
    for (const std::string_view text : texts) {
        primitives::TxPtr tx;
        if (const auto txid = text.size() == 64 ? hash_of(text, "txid") : fail(ErrorCode::invalid_parameter, "")) {
            const auto found = context.pool.view().find(hash_cast<primitives::Txid>(*txid));
            if (!found) {
                return fail(ErrorCode::invalid_address_or_key, "Transaction " + std::string(text) + " not in mempool.");
            }
            tx = found->entry().tx;
        } else {
            tx = decode_tx(text);
        }
        if (tx == nullptr) {
            return fail(ErrorCode::deserialization, "Transaction decode failed for " + std::string(text) +
                                                        ". Make sure the tx has at least one input.");
        }
        out.push_back({.tx = std::move(tx), .fee = {}, .sigop_cost = 0});
    }
    return out;
}

// A block of exactly these transactions on the tip, which would accept it. Their fees are left to nobody.
Outcome<mining::Template> assemble_exactly(const Context& context, const Bytes& script,
                                           const std::vector<mining::Candidate>& txs) {
    std::optional<std::string> problem;
    for (int attempt = 0; attempt < kTipAttempts; ++attempt) {
        const Node& tip = context.chain.tip();
        const headers::History past(tip);
        mining::Selection selection;
        selection.txs = txs;
        mining::Template made = mining::make_template_of(context.chain.params(), {past, version_for(context, tip)},
                                                         {script, std::move(selection)}, context.chain.now());
        KEEL_TRY(problem, judge_proposal(context, made.block(made.header), false));
        if (!problem) {
            return made;
        }
        if (&tip == &context.chain.tip()) {
            break;
        }
    }
    return fail(ErrorCode::verify, "TestBlockValidity failed: " + *problem);
}

Outcome<void> generateblock(const Context& context, const Args& args, JsonWriter& out) {
    KEEL_TRY(const Bytes script, script_of_output(context, args.text(0)));
    KEEL_TRY(const auto txs, named_txs(context, args, 1));
    KEEL_TRY(const auto made, assemble_exactly(context, script, txs));
    primitives::Header header = made.header;
    std::uint64_t tries = kDefaultTries;
    if (!solve(context, header, tries)) {
        return fail(ErrorCode::misc, "Failed to make block.");
    }
    const BlockPtr block = made.block(header);
    const bool submit = args.boolean(2, true);
    if (submit) {
        KEEL_CHECK(hand_in(context, block));
    }
    out.begin_object();
    out.field("hash", header.hash());
    if (!submit) {
        out.field_hex("hex", block->raw());
    }
    out.end_object();
    return {};
}

Outcome<void> generate(const Context&, const Args&, JsonWriter&) {
    return fail(ErrorCode::method_not_found, help_text(*find_method("generate")));
}

constexpr Param kGenerateParams[] = {
    {"nblocks", ArgType::number, Need::required, "", "How many blocks to mine"},
    {"address", ArgType::text, Need::required, "", "The address that the rewards go to"},
    {"maxtries", ArgType::number, Need::optional, "1000000", "How many hashes to try in all"},
};
constexpr Param kGenerateToDescriptorParams[] = {
    {"num_blocks", ArgType::number, Need::required, "", "How many blocks to mine"},
    {"descriptor", ArgType::text, Need::required, "", "raw() or addr(): where the rewards go"},
    {"maxtries", ArgType::number, Need::optional, "1000000", "How many hashes to try in all"},
};
constexpr Param kGenerateBlockParams[] = {
    {"output", ArgType::text, Need::required, "", "The address or descriptor that the reward goes to"},
    {"transactions", ArgType::array, Need::required, "",
     "Ids of transactions in the memory pool, and transactions, in the order in which the block is to hold them"},
    {"submit", ArgType::boolean, Need::optional, "true", "false to get the block in place of handing it in"},
};

constexpr Method kMethods[] = {
    {"hidden", "generatetoaddress", "Mines blocks to an address and returns their hashes.", kGenerateParams,
     "[hex 'a block hash']", generatetoaddress},
    {"hidden", "generatetodescriptor", "Mines blocks to a descriptor and returns their hashes.",
     kGenerateToDescriptorParams, "[hex 'a block hash']", generatetodescriptor},
    {"hidden", "generateblock", "Mines a block of exactly these transactions, collecting no fees.",
     kGenerateBlockParams, "{hash: hex, hex?: hex 'the block, when it was not handed in'}", generateblock},
    {"hidden",
     "generate",
     "has been replaced by the -generate cli option. Refer to -help for more information.",
     {},
     "null",
     generate},
};

}  // namespace

std::span<const Method> generate_methods() { return kMethods; }

}  // namespace keel::rpc
