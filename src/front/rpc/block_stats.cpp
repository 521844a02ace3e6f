// getblockstats: figures about the transactions of one block. Amounts in satoshi.
#include <algorithm>
#include <map>

#include "front/rpc/common.hpp"
#include "front/rpc/method_groups.hpp"
#include "rules/consensus/subsidy.hpp"
#include "rules/script/script.hpp"

namespace keel::rpc {
namespace {

using primitives::TxView;

// What an entry of the coin set takes besides the output: transaction id and index, and height with coinbase flag.
constexpr std::int64_t kCoinOverhead = 32 + 4 + 4;

// Smallest and largest of what was added; both 0 when nothing was.
class Range {
public:
    void add(std::int64_t value) {
        min_ = empty_ ? value : std::min(min_, value);
        max_ = empty_ ? value : std::max(max_, value);
        empty_ = false;
    }
    [[nodiscard]] std::int64_t min() const { return min_; }
    [[nodiscard]] std::int64_t max() const { return std::max<std::int64_t>(max_, 0); }

private:
    std::int64_t min_ = 0;
    std::int64_t max_ = 0;
    bool empty_ = true;
};

struct WeightedRate {
    std::int64_t rate;
    std::int64_t weight;
    auto operator<=>(const WeightedRate&) const = default;
};

struct Totals {
    std::int64_t inputs = 0;
    std::int64_t outputs = 0;
    std::int64_t total_out = 0;
    std::int64_t total_fee = 0;
    std::int64_t total_size = 0;
    std::int64_t total_weight = 0;
    std::int64_t segwit_txs = 0;
    std::int64_t segwit_size = 0;
    std::int64_t segwit_weight = 0;
    std::int64_t spendable_outputs = 0;
    std::int64_t coin_bytes = 0;         // growth of the coin set, unspendable outputs counted
    std::int64_t actual_coin_bytes = 0;  // and not counted
    Range fee;
    Range fee_rate;
    Range size;
    std::vector<std::int64_t> fees;
    std::vector<std::int64_t> sizes;
    std::vector<WeightedRate> rates;
};

std::int64_t compact_size_length(std::size_t value) {
    return value < 0xFD ? 1 : value <= 0xFFFF ? 3 : value <= 0xFFFFFFFF ? 5 : 9;
}

std::int64_t coin_bytes(ByteSpan script) {
    return 8 + compact_size_length(script.size()) + static_cast<std::int64_t>(script.size()) + kCoinOverhead;
}

// Sum of the outputs. `in_coin_set`: whether this transaction's outputs became coins at all.
std::int64_t add_outputs(Totals& totals, TxView tx, bool in_coin_set) {
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < tx.output_count(); ++i) {
        const primitives::OutputView output = tx.output(i);
        const std::int64_t bytes = coin_bytes(output.script());
        sum += output.value().satoshi();
        totals.coin_bytes += bytes;
        if (in_coin_set && !script::is_unspendable(output.script())) {
            ++totals.spendable_outputs;
            totals.actual_coin_bytes += bytes;
        }
    }
    totals.outputs += static_cast<std::int64_t>(tx.output_count());
    return sum;
}

void add_sizes(Totals& totals, TxView tx) {
    const auto size = static_cast<std::int64_t>(tx.total_size());
    const std::int64_t weight = tx.weight().value();
    totals.sizes.push_back(size);
    totals.size.add(size);
    totals.total_size += size;
    totals.total_weight += weight;
    if (tx.has_witness()) {
        ++totals.segwit_txs;
        totals.segwit_size += size;
        totals.segwit_weight += weight;
    }
}

void add_fee(Totals& totals, std::span<const primitives::CoinView> spent, TxView tx, std::int64_t sum_out) {
    std::int64_t sum_in = 0;
    for (const primitives::CoinView& coin : spent) {
        sum_in += coin.value.satoshi();
        totals.coin_bytes -= coin_bytes(coin.script);
        totals.actual_coin_bytes -= coin_bytes(coin.script);
    }
    const std::int64_t fee = sum_in - sum_out;
    const std::int64_t weight = tx.weight().value();
    const std::int64_t rate = fee * 4 / weight;
    totals.inputs += static_cast<std::int64_t>(tx.input_count());
    totals.total_fee += fee;
    totals.fees.push_back(fee);
    totals.fee.add(fee);
    totals.rates.push_back({rate, weight});
    totals.fee_rate.add(rate);
}

Totals sum_up(const primitives::Block& block, const store::SpentCoins& undo, bool coinbase_in_coin_set) {
    Totals totals;
    for (std::size_t i = 0; i < block.tx_count(); ++i) {
        const TxView tx = block.tx(i);
        const std::int64_t sum_out = add_outputs(totals, tx, i > 0 || coinbase_in_coin_set);
        if (i > 0) {
            totals.total_out += sum_out;
            add_sizes(totals, tx);
            const std::size_t first = undo.tx_begin(i - 1);
            add_fee(totals, undo.coins().subspan(first, undo.tx_end(i - 1) - first), tx, sum_out);
        }
    }
    return totals;
}

std::int64_t median(std::vector<std::int64_t> values) {
    if (values.empty()) {
        return 0;
    }
    std::ranges::sort(values);
    const std::size_t middle = values.size() / 2;
    return values.size() % 2 == 0 ? (values[middle - 1] + values[middle]) / 2 : values[middle];
}

// Fee rates at 10, 25, 50, 75 and 90 percent of the weight.
std::array<std::int64_t, 5> percentiles(std::vector<WeightedRate> rates, std::int64_t total_weight) {
    constexpr std::array<std::int64_t, 5> kPercent{10, 25, 50, 75, 90};
    std::array<std::int64_t, 5> out{};
    if (rates.empty()) {
        return out;
    }
    std::ranges::sort(rates);
    out.fill(rates.back().rate);
    std::size_t next = 0;
    std::int64_t weight = 0;
    for (const WeightedRate& entry : rates) {
        weight += entry.weight;
        while (next < out.size() && weight * 100 >= total_weight * kPercent[next]) {
            out[next++] = entry.rate;
        }
    }
    return out;
}

// Values by name, each as JSON.
using Stats = std::vector<std::pair<std::string_view, std::string>>;

template <class T>
void add(Stats& stats, std::string_view name, const T& value) {
    std::string json;
    JsonWriter(json).value(value);
    stats.emplace_back(name, std::move(json));
}

std::string percentiles_json(const Totals& totals) {
    std::string json;
    JsonWriter out(json);
    out.begin_array();
    for (const std::int64_t rate : percentiles(totals.rates, totals.total_weight)) {
        out.value(rate);
    }
    out.end_array();
    return json;
}

Stats all_stats(const Node& node, const primitives::Block& block, const Totals& t, const primitives::Params& params) {
    const auto paying = static_cast<std::int64_t>(block.tx_count()) - 1;
    Stats stats;
    add(stats, "avgfee", paying > 0 ? t.total_fee / paying : 0);
    add(stats, "avgfeerate", t.total_weight > 0 ? t.total_fee * 4 / t.total_weight : 0);
    add(stats, "avgtxsize", paying > 0 ? t.total_size / paying : 0);
    add(stats, "blockhash", node.hash());
    stats.emplace_back("feerate_percentiles", percentiles_json(t));
    add(stats, "height", node.height());
    add(stats, "ins", t.inputs);
    add(stats, "maxfee", t.fee.max());
    add(stats, "maxfeerate", t.fee_rate.max());
    add(stats, "maxtxsize", t.size.max());
    add(stats, "medianfee", median(t.fees));
    add(stats, "mediantime", node.median_time_past());
    add(stats, "mediantxsize", median(t.sizes));
    add(stats, "minfee", t.fee.min());
    add(stats, "minfeerate", t.fee_rate.min());
    add(stats, "mintxsize", t.size.min());
    add(stats, "outs", t.outputs);
    add(stats, "subsidy", consensus::subsidy(node.height(), params).satoshi());
    add(stats, "swtotal_size", t.segwit_size);
    add(stats, "swtotal_weight", t.segwit_weight);
    add(stats, "swtxs", t.segwit_txs);
    add(stats, "time", node.header().time);
    add(stats, "total_out", t.total_out);
    add(stats, "total_size", t.total_size);
    add(stats, "total_weight", t.total_weight);
    add(stats, "totalfee", t.total_fee);
    add(stats, "txs", block.tx_count());
    add(stats, "utxo_increase", t.outputs - t.inputs);
    add(stats, "utxo_size_inc", t.coin_bytes);
    add(stats, "utxo_increase_actual", t.spendable_outputs - t.inputs);
    add(stats, "utxo_size_inc_actual", t.actual_coin_bytes);
    return stats;
}

// The genesis block made no coins, and two coinbases replaced earlier ones of the same id (BIP30).
bool coinbase_became_coins(const Node& node, const primitives::Params& params) {
    const auto is_this = [&](const auto& exception) {
        return exception.first == node.height() && exception.second == node.hash();
    };
    return node.previous() != nullptr && !std::ranges::any_of(params.bip30_exceptions, is_this);
}

Outcome<Stats> selected(const Stats& stats, const Args& args) {
    if (!args.has(1)) {
        return stats;
    }
    KEEL_TRY(auto names, args.texts(1));
    if (names.empty()) {
        return stats;
    }
    std::ranges::sort(names);
    const auto repeated = std::ranges::unique(names);
    names.erase(repeated.begin(), repeated.end());
    Stats out;
    for (const std::string_view name : names) {
        const auto found = std::ranges::find(stats, name, &Stats::value_type::first);
        if (found == stats.end()) {
            return fail(ErrorCode::invalid_parameter, "Invalid selected statistic '" + std::string(name) + "'");
        }
        out.push_back(*found);
    }
    return out;
}

Outcome<void> getblockstats(const Context& context, const Args& args, JsonWriter& out) {
    KEEL_TRY(const Node* node, find_block_or_height(context, args, 0));
    KEEL_TRY(const auto block, read_block(context, *node));
    KEEL_TRY(const auto undo, read_undo(context, *node));
    const primitives::Params& params = context.chain.params();
    const Totals totals = sum_up(*block, undo, coinbase_became_coins(*node, params));
    KEEL_TRY(const Stats stats, selected(all_stats(*node, *block, totals, params), args));
    out.begin_object();
    for (const auto& [name, json] : stats) {
        out.key(name);
        out.raw(json);
    }
    out.end_object();
    return {};
}

constexpr Param kParams[] = {
    {"hash_or_height", ArgType::number_or_text, Need::required, "", "Hash, or height in the active chain"},
    {"stats", ArgType::array, Need::optional, "all values", "Names of the values to return"},
};

constexpr Method kMethods[] = {
    {"blockchain", "getblockstats", "Computes statistics about one block. All amounts are in satoshis.", kParams,
     "{avgfee?: num, avgfeerate?: num 'satoshi per virtual byte', avgtxsize?: num, blockhash?: hex, "
     "feerate_percentiles?: [num, num, num, num, num], height?: num, ins?: num, maxfee?: num, maxfeerate?: num, "
     "maxtxsize?: num, medianfee?: num, mediantime?: num, mediantxsize?: num, minfee?: num, minfeerate?: num, "
     "mintxsize?: num, outs?: num, subsidy?: num, swtotal_size?: num, swtotal_weight?: num, swtxs?: num, time?: "
     "num, total_out?: num, total_size?: num, total_weight?: num, totalfee?: num, txs?: num, utxo_increase?: num, "
     "utxo_increase_actual?: num, utxo_size_inc?: num, utxo_size_inc_actual?: num}",
     getblockstats},
};

}  // namespace

std::span<const Method> block_stats_methods() { return kMethods; }

}  // namespace keel::rpc
