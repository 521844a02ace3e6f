// Whole chains from genesis: every block through every rule and script, with a plain map as coin set, compared with
// what Bitcoin Core says about the same chain.
#include <cmath>
#include <map>

#include <gtest/gtest.h>

#include "base/assert.hpp"
#include "base/hex.hpp"
#include "chain_data.hpp"
#include "crypto/muhash.hpp"
#include "rules/consensus/connect.hpp"
#include "rules/consensus/header_rules.hpp"
#include "rules/consensus/script_checks.hpp"
#include "rules/consensus/tx_rules.hpp"
#include "rules/script/script.hpp"
#include "testing/data.hpp"
#include "testing/data_json.hpp"
#include "testing/header_list.hpp"

namespace keel::conformance {
namespace {

using consensus::CheckedBlock;
using consensus::CoinView;
using consensus::Verdict;
using primitives::Amount;
using primitives::Block;
using primitives::Coin;
using primitives::Height;
using primitives::OutPoint;
using primitives::TxView;

struct BlockStats {
    std::int64_t fees = 0;
    std::int64_t subsidy = 0;
    std::int64_t inputs = 0;     // but the coinbase's
    std::int64_t outputs = 0;    // with the coinbase's
    std::int64_t total_out = 0;  // of all but the coinbase
    std::int64_t weight = 0;     // of all but the coinbase
    std::int64_t witness_txs = 0;
};

// As gettxoutsetinfo hashes them.
Bytes muhash_element(const OutPoint& outpoint, const Coin& coin) {
    Bytes out;
    primitives::Writer writer(out);
    outpoint.write(writer);
    writer.write(static_cast<std::uint32_t>(coin.height.value()) * 2 + (coin.coinbase ? 1U : 0U));
    writer.write(coin.value.satoshi());
    writer.write_var_bytes(coin.script);
    return out;
}

class NaiveChain {
public:
    explicit NaiveChain(const primitives::Params& params) : params_(params) {}

    Verdict connect(const primitives::BlockPtr& block) {
        if (past_.height() >= Height(0)) {
            KEEL_CHECK(consensus::check_header_context(block->header(), past_, params_, unix_time(4'000'000'000)));
        }
        KEEL_TRY(const CheckedBlock checked, consensus::check_block(block, params_));
        KEEL_CHECK(consensus::check_block_context(checked, past_, params_));
        const bool overwrites = consensus::must_not_overwrite(block->hash(), past_, params_) && has_output_of(*block);
        const std::vector<Coin> spent = spend_all(*block);
        std::vector<CoinView> views;
        for (const Coin& coin : spent) {
            views.push_back(coin.view());
        }
        KEEL_TRY(const auto summary, consensus::connect({checked, past_, params_, views, overwrites}));
        for (const auto& range : consensus::plan_script_checks(*block, 16)) {
            KEEL_CHECK(consensus::check_scripts(*block, range, views, summary.flags));
            scripts_ += range.count;
        }
        finish(*block, summary);
        return {};
    }

    [[nodiscard]] const testing::HeaderList& past() const { return past_; }
    [[nodiscard]] const BlockStats& stats() const { return stats_; }
    [[nodiscard]] std::size_t scripts() const { return scripts_; }
    [[nodiscard]] const std::map<OutPoint, Coin>& coins() const { return coins_; }
    [[nodiscard]] const consensus::ChainWork& work() const { return work_; }
    [[nodiscard]] std::string muhash() const {
        crypto::MuHash hash;
        for (const auto& [outpoint, coin] : coins_) {
            hash.insert(muhash_element(outpoint, coin));
        }
        return to_hex(hash.finalize());
    }
    [[nodiscard]] std::int64_t total() const {
        std::int64_t sum = 0;
        for (const auto& [outpoint, coin] : coins_) {
            sum += coin.value.satoshi();
        }
        return sum;
    }

private:
    [[nodiscard]] bool has_output_of(const Block& block) const {
        for (std::size_t i = 0; i < block.tx_count(); ++i) {
            const auto found = coins_.lower_bound(OutPoint{block.tx(i).txid(), 0});
            if (found != coins_.end() && found->first.txid == block.tx(i).txid()) {
                return true;
            }
        }
        return false;
    }

    // Takes what the block spends out of the set, and puts in what it creates, one transaction after the other.
    std::vector<Coin> spend_all(const Block& block) {
        std::vector<Coin> spent;
        const bool genesis = block.hash() == params_.genesis->hash();
        for (std::size_t i = 0; i < block.tx_count(); ++i) {
            const TxView tx = block.tx(i);
            for (std::size_t j = 0; i > 0 && j < tx.input_count(); ++j) {
                auto coin = coins_.extract(tx.input(j).prevout());
                spent.push_back(coin ? std::move(coin.mapped()) : Coin::from(consensus::kMissingCoin));
            }
            if (!genesis) {
                add_outputs(tx, i == 0);
            }
        }
        return spent;
    }

    void add_outputs(TxView tx, bool coinbase) {
        for (std::size_t j = 0; j < tx.output_count(); ++j) {
            const primitives::OutputView output = tx.output(j);
            if (!script::is_unspendable(output.script())) {
                coins_[OutPoint{tx.txid(), static_cast<std::uint32_t>(j)}] =
                    Coin{output.value(), past_.next_height(), coinbase, to_bytes(output.script())};
            }
        }
    }

    void finish(const Block& block, const consensus::ConnectSummary& summary) {
        stats_ = {.fees = summary.fees.satoshi(), .subsidy = summary.subsidy.satoshi()};
        for (std::size_t i = 0; i < block.tx_count(); ++i) {
            const TxView tx = block.tx(i);
            stats_.outputs += static_cast<std::int64_t>(tx.output_count());
            if (i > 0) {
                stats_.inputs += static_cast<std::int64_t>(tx.input_count());
                stats_.total_out += consensus::value_out(tx).satoshi();
                stats_.weight += tx.weight().value();
                stats_.witness_txs += tx.has_witness() ? 1 : 0;
            }
        }
        past_.push(block.header(), block.hash());
        work_ += consensus::block_work(block.header().bits);
    }

    const primitives::Params& params_;
    testing::HeaderList past_;
    consensus::ChainWork work_;
    std::map<OutPoint, Coin> coins_;
    BlockStats stats_;
    std::size_t scripts_ = 0;
};

std::int64_t satoshi_of(const boost::json::value& bitcoin) {
    return std::llround(bitcoin.to_number<double>() * static_cast<double>(primitives::kSatoshiPerBitcoin));
}

void compare_stats(const BlockStats& stats, const boost::json::object& expected) {
    const auto number = [&](std::string_view name) { return expected.at(name).to_number<std::int64_t>(); };
    EXPECT_EQ(stats.fees, number("totalfee"));
    EXPECT_EQ(stats.subsidy, number("subsidy"));
    EXPECT_EQ(stats.inputs, number("ins"));
    EXPECT_EQ(stats.outputs, number("outs"));
    EXPECT_EQ(stats.total_out, number("total_out"));
    EXPECT_EQ(stats.weight, number("total_weight"));
    EXPECT_EQ(stats.witness_txs, number("swtxs"));
}

// What the oracle says about the chain up to this height.
void compare(const NaiveChain& chain, const boost::json::object& expected) {
    const Height height = chain.past().height();
    SCOPED_TRACE(height.value());
    EXPECT_EQ(to_hex(chain.past().hash(height)), testing::text_of(expected.at("hash")));
    EXPECT_EQ(to_hex_reversed(chain.work().hashes().to_le()), testing::text_of(expected.at("chainwork")));
    EXPECT_EQ(chain.past().median_time_past(), expected.at("mediantime").to_number<std::int64_t>());
    const auto& set = expected.at("txoutset").as_object();
    EXPECT_EQ(chain.muhash(), testing::text_of(set.at("muhash")));
    EXPECT_EQ(static_cast<std::int64_t>(chain.coins().size()), set.at("txouts").to_number<std::int64_t>());
    EXPECT_EQ(chain.total(), satoshi_of(set.at("total_amount")));
    if (expected.at("blockstats").is_object()) {
        compare_stats(chain.stats(), expected.at("blockstats").as_object());
    }
}

struct ChainFile {
    std::string_view network;
    std::string_view file;
    std::size_t blocks;
    std::size_t scripts;
    std::size_t compared;  // heights that the oracle lists
};

constexpr std::array kChains{
    ChainFile{"mainnet", "mainnet-000000-001599.dat", 1'600, 87, 17},
    ChainFile{"testnet3", "testnet3-000000-001999.dat", 2'000, 1'919, 9},
    ChainFile{"signet", "signet-000000-000089.dat", 90, 0, 10},
    ChainFile{"regtest", "regtest-000000-000206.dat", 207, 26, 12},
};

TEST(Chains, FromGenesisConnectAndGiveTheCoinsAndStatisticsOfTheOracle) {
    KEEL_DATA_OR_SKIP(const auto folder, "chains");
    for (const ChainFile& file : kChains) {
        SCOPED_TRACE(file.network);
        const auto oracle =
            testing::load_json(*testing::data_path("oracle/" + std::string(file.network) + "-utxo-muhash.json"));
        std::map<std::int32_t, const boost::json::object*> expected;
        for (const auto& entry : oracle.as_array()) {
            expected[static_cast<std::int32_t>(entry.at("height").as_int64())] = &entry.as_object();
        }
        NaiveChain chain(params_of(file.network));
        const auto blocks = chain_blocks(file.file, params_of(file.network));
        EXPECT_EQ(blocks.size(), file.blocks);
        std::size_t compared = 0;
        for (const auto& block : blocks) {
            const Verdict verdict = chain.connect(block);
            ASSERT_TRUE(verdict.has_value()) << chain.past().next_height().value() << ": " << verdict.error().text();
            const auto listed = expected.find(chain.past().height().value());
            if (listed != expected.end()) {
                compare(chain, *listed->second);
                ++compared;
            }
        }
        EXPECT_EQ(compared, file.compared);
        EXPECT_EQ(compared, expected.size());
        EXPECT_EQ(chain.scripts(), file.scripts);
    }
}

TEST(Chains, ASecondSpendOfTheSameCoinIsRefused) {
    KEEL_DATA_OR_SKIP(const auto folder, "chains");
    const primitives::Params& params = primitives::regtest_params();
    NaiveChain chain(params);
    primitives::BlockPtr with_spend;
    for (const auto& block : chain_blocks("regtest-000000-000206.dat", params)) {
        ASSERT_TRUE(chain.connect(block).has_value());
        with_spend = block->tx_count() > 1 ? block : with_spend;
    }
    ASSERT_NE(with_spend, nullptr);
    const auto checked = consensus::check_block(with_spend, params);
    ASSERT_TRUE(checked.has_value());
    const std::vector<CoinView> none(with_spend->txs().inputs().size() - 1, consensus::kMissingCoin);
    const auto summary = consensus::connect({*checked, chain.past(), params, none});
    EXPECT_EQ(summary.error().reason(), "bad-txns-inputs-missingorspent");
}

}  // namespace
}  // namespace keel::conformance
