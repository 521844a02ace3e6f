#include "rules/consensus/verify_block.hpp"

#include <map>

#include "base/assert.hpp"
#include "rules/consensus/connect.hpp"
#include "rules/consensus/script_checks.hpp"
#include "rules/primitives/codec.hpp"

namespace keel::consensus {

namespace {

using primitives::OutPoint;
using primitives::Reader;
using primitives::TxView;
using Outcome = VerifyReport::Outcome;

// Where a coin of unknown origin is put: below every height that a rule can ask for.
constexpr Height kLongAgo{-100'000};

// Knows the height and nothing else, except median times that came with the coins. What it does not know it answers in
// the way that lets rules pass.
class BarePast final : public PastHeaders {
public:
    BarePast(Height block_height, std::uint32_t block_time) : height_(block_height - 1) {
        // The rule that a block is later than the median before it gives the bound for the parent.
        medians_[height_] = std::int64_t{block_time} - 1;
    }
    void learn_median(Height height, std::int64_t median) { medians_[height] = median; }

    [[nodiscard]] Height height() const override { return height_; }
    [[nodiscard]] HeaderFacts at(Height) const override { return {}; }
    [[nodiscard]] BlockHash hash(Height) const override { return {}; }
    [[nodiscard]] std::int64_t median_time_past(Height height) const override {
        const auto known = medians_.find(height);
        return known == medians_.end() ? 0 : known->second;
    }

private:
    Height height_;
    std::map<Height, std::int64_t> medians_;
};

std::size_t spending_inputs(const Block& block) {
    std::size_t count = 0;
    for (std::size_t i = 1; i < block.tx_count(); ++i) {
        count += block.tx(i).input_count();
    }
    return count;
}

class Verification {
public:
    explicit Verification(const BlockToVerify& input)
        : input_(input), past_(input.height, input.block->header().time) {}

    Result<VerifyReport, std::string> run() {
        const auto checked = check_block(input_.block, input_.params);
        if (!note("the block on its own: proof of work, merkle root, sizes, transactions", checked)) {
            return std::move(report_);
        }
        if (!note("on its height: lock times, height in coinbase, witness commitment, weight",
                  check_block_context(*checked, past_, input_.params))) {
            return std::move(report_);
        }
        skip("difficulty, median time and version of the header", "needs the headers before it");
        if (const auto loaded = load_coins(); !loaded) {
            return Failure<std::string>(loaded.error());
        }
        if (have_coins_) {
            check_spending(*checked);
        } else {
            skip("spent outputs: values, fees, signature operations, coinbase amount, scripts",
                 "needs the outputs that the block spends");
        }
        skip("that the spent outputs exist, and that no transaction overwrites one (BIP30)", "needs the coin set");
        return std::move(report_);
    }

private:
    template <class T>
    bool note(std::string what, const Result<T, Reject>& result, std::string detail = {}) {
        if (result) {
            report_.lines.push_back({Outcome::passed, std::move(what), std::move(detail)});
            return true;
        }
        report_.lines.push_back({Outcome::failed, std::move(what), result.error().text()});
        report_.reject = result.error();
        return false;
    }
    void skip(std::string what, std::string detail) {
        report_.lines.push_back({Outcome::not_checked, std::move(what), std::move(detail)});
    }

    Result<void, std::string> load_coins() {
        const std::size_t count = spending_inputs(*input_.block);
        have_coins_ = count == 0 || input_.spent_outputs.has_value();
        if (!have_coins_ || count == 0) {
            return {};
        }
        Reader outputs(*input_.spent_outputs);
        for (std::size_t i = 0; i < count; ++i) {
            const primitives::Amount value(outputs.read<std::int64_t>());
            coins_.push_back({value, kLongAgo, false, outputs.read_var_bytes()});
        }
        outputs.expect_end();
        if (!outputs.ok()) {
            return Failure<std::string>("The file of spent outputs does not hold exactly one output for each of the " +
                                        std::to_string(count) + " inputs.");
        }
        return load_origins();
    }

    Result<void, std::string> load_origins() {
        if (!input_.spent_origins) {
            return {};
        }
        Reader in(*input_.spent_origins);
        for (CoinView& coin : coins_) {
            const auto height_and_coinbase = in.read<std::uint32_t>();
            const auto median = in.read<std::uint32_t>();
            coin.height = Height(static_cast<std::int32_t>(height_and_coinbase / 2));
            coin.coinbase = height_and_coinbase % 2 == 1;
            if (median != 0 && coin.height < input_.height) {
                past_.learn_median(std::max(coin.height - 1, Height(0)), median);
            }
        }
        in.expect_end();
        if (!in.ok()) {
            return Failure<std::string>("The file of coin origins does not hold exactly 8 bytes for each of the " +
                                        std::to_string(coins_.size()) + " inputs.");
        }
        return {};
    }

    // Outputs of the block itself must be what the file says, come before their use and be spent once.
    void settle_coins_of_this_block() {
        const Block& block = *input_.block;
        std::map<primitives::Txid, std::size_t> earlier;
        std::map<OutPoint, bool> spent;
        std::size_t next = 0;
        earlier[block.tx(0).txid()] = 0;
        for (std::size_t i = 1; i < block.tx_count(); ++i) {
            const TxView tx = block.tx(i);
            for (std::size_t j = 0; j < tx.input_count(); ++j, ++next) {
                const OutPoint prevout = tx.input(j).prevout();
                const auto found = earlier.find(prevout.txid);
                if (std::exchange(spent[prevout], true)) {
                    coins_[next] = kMissingCoin;
                } else if (found != earlier.end()) {
                    coins_[next] = own_coin(block.tx(found->second), found->second == 0, prevout.index);
                }
            }
            earlier[tx.txid()] = i;
        }
    }

    [[nodiscard]] CoinView own_coin(TxView tx, bool coinbase, std::uint32_t index) const {
        if (index >= tx.output_count()) {
            return kMissingCoin;
        }
        const primitives::OutputView output = tx.output(index);
        return {output.value(), input_.height, coinbase, output.script()};
    }

    void check_spending(const CheckedBlock& checked) {
        settle_coins_of_this_block();
        const auto summary = connect({checked, past_, input_.params, coins_});
        if (!note("spent outputs: values, fees, maturity, relative locks, signature operations, coinbase amount",
                  summary,
                  summary ? "fees " + std::to_string(summary->fees.satoshi()) + " satoshi, signature operation cost " +
                                std::to_string(summary->sigop_cost)
                          : "")) {
            return;
        }
        report_.fees = summary->fees;
        if (!coins_.empty() && !input_.spent_origins) {
            skip("maturity of coinbases and relative lock times", "needs the heights of the spent outputs");
        }
        const InputRange all{.first = 0, .count = coins_.size()};
        if (note("scripts", check_scripts(checked.block(), all, coins_, summary->flags),
                 std::to_string(all.count) + " inputs under " + to_string(summary->flags))) {
            report_.scripts_checked = all.count;
        }
    }

    const BlockToVerify& input_;
    BarePast past_;
    VerifyReport report_;
    bool have_coins_ = false;
    std::vector<CoinView> coins_;
};

}  // namespace

Result<VerifyReport, std::string> verify_block(const BlockToVerify& input) {
    KEEL_ASSERT(input.block != nullptr && input.height >= Height(0));
    return Verification(input).run();
}

}  // namespace keel::consensus
