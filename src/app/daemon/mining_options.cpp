#include "app/daemon/mining_options.hpp"

#include "base/logger.hpp"
#include "rules/consensus/limits.hpp"
#include "rules/primitives/money_text.hpp"

namespace keel::daemon {
namespace {

using Error = Failure<std::string>;

// Less would not hold a header, a count and the smallest coinbase for sure.
constexpr std::int64_t kReservedWeightMin = 2'000;

}  // namespace

Result<api::MiningOptions, std::string> make_mining_options(const settings::Loaded& loaded) {
    const settings::Values& values = loaded.values;
    api::MiningOptions out;
    out.limits.max_weight = values.number("blockmaxweight");
    out.limits.reserved_weight = values.number("blockreservedweight");
    if (out.limits.reserved_weight < kReservedWeightMin) {
        return Error(concat("-blockreservedweight (", out.limits.reserved_weight,
                            ") is lower than minimum safety value of (", kReservedWeightMin, ")"));
    }
    const auto exceeds = [](std::string_view name, std::int64_t weight) {
        return Error(concat("-", name, " (", weight, ") exceeds consensus maximum block weight (",
                            consensus::kMaxBlockWeight, ")"));
    };
    if (out.limits.reserved_weight > consensus::kMaxBlockWeight) {
        return exceeds("blockreservedweight", out.limits.reserved_weight);
    }
    if (out.limits.max_weight > consensus::kMaxBlockWeight) {
        return exceeds("blockmaxweight", out.limits.max_weight);
    }
    if (out.limits.reserved_weight > out.limits.max_weight) {
        return Error(concat("-blockreservedweight (", out.limits.reserved_weight, ") exceeds -blockmaxweight (",
                            out.limits.max_weight, ")"));
    }
    if (values.is_set("blockmintxfee")) {
        const std::string text = values.text("blockmintxfee");
        const auto amount = primitives::parse_money(text);
        if (!amount) {
            return Error(concat("Invalid amount for -blockmintxfee=<amount>: '", text, "'"));
        }
        out.limits.min_fee_per_kvb = amount->satoshi();
    }
    if (loaded.params->mine_on_demand && values.is_set("blockversion")) {
        out.block_version = static_cast<std::int32_t>(values.number("blockversion"));
    }
    return out;
}

}  // namespace keel::daemon
