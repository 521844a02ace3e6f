// Calls that prove transactions to be in blocks.
#include <algorithm>
#include <set>

#include <boost/json/value.hpp>

#include "base/hex.hpp"
#include "front/rpc/common.hpp"
#include "front/rpc/json_values.hpp"
#include "front/rpc/method_groups.hpp"
#include "rules/consensus/partial_merkle_tree.hpp"

namespace keel::rpc {
namespace {

using consensus::PartialMerkleTree;
using primitives::Txid;

Outcome<std::set<Txid>> txids_of(const Args& args) {
    std::set<Txid> out;
    for (const Args::Json& value : args.value(0).get_array()) {
        KEEL_TRY(const RawHash hash, hash_of(value, "txid"));
        if (!out.insert(hash_cast<Txid>(hash)).second) {
            return fail(ErrorCode::invalid_parameter,
                        "Invalid parameter, duplicated txid: " + std::string(text_of(value)));
        }
    }
    if (out.empty()) {
        return fail(ErrorCode::invalid_parameter, "Parameter 'txids' cannot be empty");
    }
    return out;
}

// The block of a transaction that has an unspent output; null when no output of these is unspent.
Outcome<const Node*> block_by_coin(const Context& context, const std::set<Txid>& txids) {
    // A block has no room for more outputs: one takes at least 9 bytes.
    constexpr std::uint32_t kOutputsMax = 1'000'000 / 9;
    constexpr std::uint32_t kStep = 1'000;
    for (const Txid& txid : txids) {
        for (std::uint32_t first = 0; first < kOutputsMax; first += kStep) {
            std::vector<primitives::OutPoint> outpoints;
            for (std::uint32_t i = first; i < first + kStep; ++i) {
                outpoints.push_back({txid, i});
            }
            api::Pending<api::FoundCoins> pending;
            context.commands.find_coins(std::move(outpoints), pending.reply());
            KEEL_TRY(const api::FoundCoins found, wait_for(pending));
            const auto coin = std::ranges::find_if(found.coins, [](const auto& each) { return each.has_value(); });
            if (coin != found.coins.end()) {
                return found.tip->ancestor((*coin)->height);
            }
        }
    }
    return nullptr;
}

Outcome<const Node*> block_of(const Context& context, const Args& args, const std::set<Txid>& txids) {
    if (args.has(1)) {
        return find_block(context, args, 1, "blockhash");
    }
    KEEL_TRY(const Node* node, block_by_coin(context, txids));
    if (node == nullptr) {
        return fail(ErrorCode::invalid_address_or_key, "Transaction not yet in block");
    }
    return node;
}

Outcome<void> gettxoutproof(const Context& context, const Args& args, JsonWriter& out) {
    KEEL_TRY(const auto txids, txids_of(args));
    KEEL_TRY(const Node* node, block_of(context, args, txids));
    KEEL_TRY(const auto block, read_block(context, *node));
    std::vector<Txid> all;
    std::vector<bool> wanted;
    for (std::size_t i = 0; i < block->tx_count(); ++i) {
        all.push_back(block->tx(i).txid());
        wanted.push_back(txids.contains(all.back()));
    }
    if (static_cast<std::size_t>(std::ranges::count(wanted, true)) != txids.size()) {
        return fail(ErrorCode::invalid_address_or_key, "Not all transactions found in specified or retrieved block");
    }
    Bytes proof = to_bytes(block->header().serialize());
    primitives::Writer writer(proof);
    PartialMerkleTree(all, wanted).write(writer);
    out.hex(proof);
    return {};
}

Outcome<void> verifytxoutproof(const Context& context, const Args& args, JsonWriter& out) {
    KEEL_TRY(const Bytes bytes, hex_of(args.value(0), "proof"));
    primitives::Reader reader(bytes);
    const primitives::Header header = primitives::Header::read(reader);
    const PartialMerkleTree tree = PartialMerkleTree::read(reader);
    if (!reader.ok()) {
        return fail(ErrorCode::deserialization, "Proof decode failed");
    }
    const auto content = tree.content();
    if (!content || content->root != hash_cast<RawHash>(header.merkle_root)) {
        out.begin_array();
        out.end_array();
        return {};
    }
    const Node* node = context.chain.tree().find(header.hash());
    if (node == nullptr || node->tx_count() == 0 || position_of(*node, context.chain.tip()).confirmations < 0) {
        return fail(ErrorCode::invalid_address_or_key, "Block not found in chain");
    }
    out.begin_array();
    // A forged tree may end early, in a hash of two txids; but not with the number of transactions of the real one.
    if (tree.tx_count() == node->tx_count()) {
        for (const Txid& txid : content->txids) {
            out.value(txid);
        }
    }
    out.end_array();
    return {};
}

constexpr Param kProofParams[] = {
    {"txids", ArgType::array, Need::required, "", "The transaction ids"},
    {"blockhash", ArgType::hex, Need::optional, "",
     "The block they are in; needed unless one of them has an unspent output"},
};
constexpr Param kVerifyParams[] = {
    {"proof", ArgType::hex, Need::required, "", "What gettxoutproof returned"},
};

constexpr Method kMethods[] = {
    {"blockchain", "gettxoutproof", "Returns a proof that some transactions are in a block.", kProofParams,
     "hex 'the header and a part of the merkle tree'", gettxoutproof},
    {"blockchain", "verifytxoutproof",
     "Checks a proof and returns the transactions that it commits to; fails when its block is not in our chain.",
     kVerifyParams, "[hex 'a transaction id']", verifytxoutproof},
};

}  // namespace

std::span<const Method> tx_proof_methods() { return kMethods; }

}  // namespace keel::rpc
