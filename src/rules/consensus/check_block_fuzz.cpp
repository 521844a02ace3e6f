// Arbitrary blocks through every phase: nothing but a verdict comes out, and what is accepted has the properties that
// the rules promise. Proof of work and merkle root are repaired, since no input would ever get past them.
#include "base/assert.hpp"
#include "rules/consensus/connect.hpp"
#include "rules/consensus/merkle.hpp"
#include "rules/consensus/pow.hpp"
#include "rules/consensus/script_checks.hpp"
#include "rules/consensus/signet.hpp"
#include "rules/consensus/tx_rules.hpp"
#include "testing/header_list.hpp"

namespace {

using namespace keel;
using namespace keel::consensus;
using primitives::Header;

BlockPtr repaired(const Block& block) {
    Header header = block.header();
    header.bits = CompactTarget(0x207FFFFF);
    header.merkle_root = hash_cast<primitives::MerkleRoot>(block_merkle_root(block).root);
    while (!check_proof_of_work(header.hash(), header.bits, ~U256())) {
        ++header.nonce;
    }
    Bytes raw = to_bytes(header.serialize());
    append(raw, block.raw().subspan(Header::kSize));
    auto out = Block::parse(std::move(raw));
    KEEL_ASSERT(out.has_value());
    return *std::move(out);
}

const testing::HeaderList& parents() {
    static const testing::HeaderList past = [] {
        testing::HeaderList list;
        for (std::uint32_t i = 0; i < 120; ++i) {
            Header header;
            header.time = 1'296'688'602 + i * 600;
            list.push(header, BlockHash{});
        }
        return list;
    }();
    return past;
}

// One coin for each input, of values and ages that follow from the outpoint's number.
std::vector<CoinView> make_coins(const Block& block, ByteSpan script) {
    std::vector<CoinView> coins;
    for (std::size_t i = 1; i < block.tx_count(); ++i) {
        for (std::size_t j = 0; j < block.tx(i).input_count(); ++j) {
            const std::uint32_t index = block.tx(i).input(j).prevout().index;
            coins.push_back(index % 16 == 15
                                ? kMissingCoin
                                : CoinView{Amount(std::int64_t{index} * 1'000),
                                           Height(static_cast<std::int32_t>(index % 121)), index % 5 == 0, script});
        }
    }
    return coins;
}

void connect_it(const CheckedBlock& checked) {
    const Params& params = primitives::regtest_params();
    const Bytes anyone{std::byte{0x51}};
    const std::vector<CoinView> coins = make_coins(checked.block(), anyone);
    const auto summary = connect({checked, parents(), params, coins});
    if (!summary) {
        return;
    }
    KEEL_ASSERT(summary->fees.is_valid());
    KEEL_ASSERT(value_out(checked.block().tx(0)).satoshi() <= summary->fees.satoshi() + summary->subsidy.satoshi());
    std::size_t covered = 0;
    for (const InputRange& range : plan_script_checks(checked.block(), 3)) {
        KEEL_ASSERT(range.first == covered);
        covered += range.count;
        (void)check_scripts(checked.block(), range, coins, summary->flags);
    }
    KEEL_ASSERT(covered == coins.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto parsed = Block::parse(to_bytes(std::as_bytes(std::span(data, size))));
    if (!parsed) {
        return 0;
    }
    const Params& params = primitives::regtest_params();
    const BlockPtr block = repaired(**parsed);
    (void)signet_txs(*block, {});
    const auto proposal = check_proposal(block, params);
    const auto checked = check_block(block, params);
    // A block with a repaired root is refused for more than a proposal only when its tree is ambiguous.
    KEEL_ASSERT(checked.has_value() == (proposal.has_value() && !block_merkle_root(*block).mutated));
    if (!checked) {
        return 0;
    }
    for (std::size_t i = 0; i < block->tx_count(); ++i) {
        KEEL_ASSERT(block->tx(i).is_coinbase() == (i == 0));
        KEEL_ASSERT(value_out(block->tx(i)).is_valid());
    }
    if (check_block_context(*checked, parents(), params)) {
        KEEL_ASSERT(check_body_matches_header(*block, true).has_value());
    }
    connect_it(*checked);
    return 0;
}
