#include "sim/miner.hpp"

#include "base/assert.hpp"
#include "engine/headers/history.hpp"
#include "engine/mining/nonce_search.hpp"
#include "rules/consensus/limits.hpp"

namespace keel::sim {
namespace {

constexpr std::int64_t kFee = 10'000;
constexpr std::byte kDrop{0x75};
constexpr std::byte kTrue{0x51};

// <miner> OP_DROP OP_TRUE
Bytes payout_script(std::uint8_t miner) { return {std::byte{1}, static_cast<std::byte>(miner), kDrop, kTrue}; }

}  // namespace

std::optional<mining::Candidate> Miner::matured_spend(const headers::Node& tip) const {
    const primitives::Height matured = tip.height() + (1 - consensus::kCoinbaseMaturity);
    if (matured.value() < 1) return std::nullopt;
    const auto block = find(tip.ancestor(matured)->hash());
    if (!block) return std::nullopt;
    const primitives::TxView coinbase = block->tx(0);
    primitives::MutableTx spend;
    spend.inputs.resize(1);
    spend.inputs[0].prevout = {coinbase.txid(), 0};
    spend.outputs.resize(3);
    const std::int64_t each = (coinbase.output(0).value().satoshi() - kFee) / 3;
    for (auto& output : spend.outputs) {
        output = {primitives::Amount(each), {kTrue}};
    }
    return mining::Candidate{spend.freeze(), primitives::Amount(coinbase.output(0).value().satoshi() - 3 * each), 0};
}

primitives::BlockPtr Miner::mine(const headers::Node& tip, std::uint8_t miner, UnixTime now) {
    const headers::History past(tip);
    const auto spend = rng_.chance(1, 2) ? matured_spend(tip) : std::nullopt;
    const std::vector<mining::Candidate> chosen = spend ? std::vector{*spend} : std::vector<mining::Candidate>{};
    const std::array<mining::Chunk, 1> chunks{mining::Chunk::of(chosen, 0)};
    mining::Wish wish{.payout_script = payout_script(miner), .limits = {}, .chunks = {}};
    if (spend) wish.chunks = chunks;
    const auto made = mining::make_template(params_, {past, version_bits_.version_to_mine(past)}, wish, now);
    primitives::Header header = made.header;
    const auto step = mining::search_nonce(header, params_, ~std::uint64_t{0});
    KEEL_ASSERT(step.outcome == mining::NonceOutcome::found);
    auto block = made.block(header);
    blocks_.emplace(block->hash(), block);
    return block;
}

primitives::BlockPtr Miner::forge(const headers::Node& tip, UnixTime now) {
    const headers::History past(tip);
    const auto made = mining::make_template(params_, {past, version_bits_.version_to_mine(past)}, {}, now);
    auto coinbase = primitives::MutableTx::from(made.coinbase->view());
    coinbase.outputs[0].value = primitives::Amount(coinbase.outputs[0].value.satoshi() + 1);
    primitives::Header header = made.header;
    header.merkle_root = hash_cast<primitives::MerkleRoot>(coinbase.freeze()->txid());
    const auto step = mining::search_nonce(header, params_, ~std::uint64_t{0});
    KEEL_ASSERT(step.outcome == mining::NonceOutcome::found);
    return primitives::Block::assemble(header, std::array{coinbase});
}

primitives::BlockPtr Miner::find(const primitives::BlockHash& hash) const {
    const auto found = blocks_.find(hash);
    return found == blocks_.end() ? nullptr : found->second;
}

std::vector<primitives::BlockPtr> Miner::branch(primitives::BlockHash last) const {
    std::vector<primitives::BlockPtr> out;
    for (auto block = find(last); block != nullptr; block = find(block->header().previous)) {
        out.push_back(block);
    }
    std::ranges::reverse(out);
    return out;
}

}  // namespace keel::sim
