#include "testing/chain_builder.hpp"

#include "base/assert.hpp"
#include "crypto/sha256.hpp"
#include "testing/scripts.hpp"

namespace keel::testing {

using primitives::Amount;
using primitives::BlockPtr;
using primitives::Header;
using primitives::Height;
using primitives::MutableTx;
using primitives::Params;

namespace {

constexpr std::array kCommitmentPrefix{std::byte{0x6A}, std::byte{0x24}, std::byte{0xAA},
                                       std::byte{0x21}, std::byte{0xA9}, std::byte{0xED}};

bool is_commitment(const primitives::TxOutput& output) {
    return output.script.size() >= 38 && equal(ByteSpan(output.script).first(6), kCommitmentPrefix);
}

U256 target_of(primitives::CompactTarget bits) {
    const unsigned exponent = bits.value() >> 24U;
    const U256 mantissa(bits.value() & 0x7FFFFFU);
    return exponent <= 3 ? mantissa >> (8 * (3 - exponent)) : mantissa << (8 * (exponent - 3));
}

RawHash hash_pair(const RawHash& left, const RawHash& right) {
    Bytes both = to_bytes(left.bytes);
    append(both, right.bytes);
    return crypto::sha256d(both);
}

}  // namespace

RawHash naive_merkle_root(std::vector<RawHash> level) {
    if (level.empty()) {
        return {};
    }
    while (level.size() > 1) {
        if (level.size() % 2 != 0) {
            level.push_back(level.back());
        }
        std::vector<RawHash> above;
        for (std::size_t i = 0; i < level.size(); i += 2) {
            above.push_back(hash_pair(level[i], level[i + 1]));
        }
        level = std::move(above);
    }
    return level[0];
}

Amount naive_subsidy(const Params& params, Height height) {
    const int halvings = height.value() / params.halving_interval;
    return Amount(halvings >= 64 ? 0 : (50 * primitives::kSatoshiPerBitcoin) >> halvings);
}

MutableTx make_coinbase(const Params& params, Height height, const BlockSpec& spec) {
    primitives::TxInput input;
    input.prevout.index = primitives::OutPoint::kNullIndex;
    input.script_sig = push_number(height.value());
    std::array<std::byte, 8> tag;
    store_le(tag.data(), spec.tag);
    append(input.script_sig, push(tag));
    MutableTx tx;
    tx.inputs = {std::move(input)};
    tx.outputs = {{spec.reward.value_or(naive_subsidy(params, height)),
                   spec.payout_script.empty() ? anyone_can_spend() : spec.payout_script}};
    return tx;
}

void commit_to_witness(std::vector<MutableTx>& txs) {
    KEEL_ASSERT(!txs.empty());
    std::vector<RawHash> leaves = {RawHash{}};
    for (std::size_t i = 1; i < txs.size(); ++i) {
        leaves.push_back(hash_cast<RawHash>(txs[i].freeze()->wtxid()));
    }
    MutableTx& coinbase = txs[0];
    coinbase.inputs[0].witness = {Bytes(32)};
    std::erase_if(coinbase.outputs, is_commitment);
    Bytes script = to_bytes(kCommitmentPrefix);
    append(script, hash_pair(naive_merkle_root(std::move(leaves)), RawHash{}).bytes);
    coinbase.outputs.push_back({Amount(0), std::move(script)});
}

void solve(Header& header) {
    const U256 target = target_of(header.bits);
    while (U256::from_le(header.hash().bytes) > target) {
        ++header.nonce;
    }
}

BlockPtr solve_block(Header header, std::span<const MutableTx> txs) {
    std::vector<RawHash> leaves;
    for (const MutableTx& tx : txs) {
        leaves.push_back(hash_cast<RawHash>(tx.freeze()->txid()));
    }
    header.merkle_root = hash_cast<primitives::MerkleRoot>(naive_merkle_root(std::move(leaves)));
    solve(header);
    return primitives::Block::assemble(header, txs);
}

BlockPtr make_block(const Params& params, const Header& parent, Height height, const BlockSpec& spec) {
    std::vector<MutableTx> txs = {make_coinbase(params, height, spec)};
    txs.insert(txs.end(), spec.txs.begin(), spec.txs.end());
    if (spec.commit_to_witness) {
        commit_to_witness(txs);
    }
    Header header;
    header.version = spec.version;
    header.previous = parent.hash();
    header.time = spec.time != 0 ? spec.time : parent.time + static_cast<std::uint32_t>(params.pow.target_spacing);
    header.bits = parent.bits;
    return solve_block(header, txs);
}

ChainBuilder::ChainBuilder(const Params& params) : params_(&params), blocks_{params.genesis} {}

const BlockPtr& ChainBuilder::mine(const BlockSpec& spec) {
    blocks_.push_back(make_block(*params_, tip()->header(), height() + 1, spec));
    return blocks_.back();
}

void ChainBuilder::mine_empty(int count, std::uint64_t tag) {
    for (int i = 0; i < count; ++i) {
        mine({.tag = tag});
    }
}

void ChainBuilder::rewind_to(Height height) {
    KEEL_ASSERT(height >= Height(0) && height <= this->height());
    blocks_.resize(static_cast<std::size_t>(height.value()) + 1);
}

Height ChainBuilder::height() const { return Height(static_cast<std::int32_t>(blocks_.size()) - 1); }

const BlockPtr& ChainBuilder::block(Height height) const {
    return blocks_.at(static_cast<std::size_t>(height.value()));
}

OwnedCoin ChainBuilder::reward_of(Height height, std::optional<crypto::SecretKey> key) const {
    return coin_of(MutableTx::from(block(height)->tx(0)), 0, std::move(key), height);
}

}  // namespace keel::testing
