#include "app/settings/chain.hpp"

#include <algorithm>
#include <array>

#include "base/hex.hpp"
#include "base/logger.hpp"
#include "rules/primitives/custom_network.hpp"

namespace keel::settings {
namespace {

using primitives::Height;
using primitives::Network;
using primitives::Params;
using Error = Failure<std::string>;

struct NamedChain {
    std::string_view flag;   // the setting that chooses it
    std::string_view chain;  // its value of -chain
    const Params& (*params)();
};
constexpr std::array kChains{
    NamedChain{"", "main", primitives::main_params},
    NamedChain{"regtest", "regtest", primitives::regtest_params},
    NamedChain{"signet", "signet", primitives::signet_params},
    NamedChain{"testnet", "test", primitives::testnet3_params},
    NamedChain{"testnet4", "testnet4", primitives::testnet4_params},
};

Result<Params, std::string> custom_network(const std::string& file, const FileReader& read) {
    KEEL_TRY(const std::string content, read(file));
    auto params = primitives::parse_custom_network(content);
    if (!params) {
        return Error(concat("The network file \"", file, "\" cannot be used: ", params.error().text(), "."));
    }
    return std::move(*params);
}

Result<Params, std::string> signet(const Values& values) {
    const std::vector<std::string> challenges = values.list("signetchallenge");
    if (challenges.empty()) {
        return primitives::signet_params();
    }
    if (challenges.size() > 1) {
        return Error("-signetchallenge cannot be multiple values.");
    }
    auto script = from_hex(challenges.front());
    if (!script) {
        return Error(concat("-signetchallenge must be hex, not '", challenges.front(), "'."));
    }
    return primitives::signet_params_with(std::move(*script));
}

std::vector<std::string> split(std::string_view text, char by) {
    std::vector<std::string> out;
    for (std::size_t at = 0; at <= text.size();) {
        const std::size_t end = std::min(text.find(by, at), text.size());
        out.emplace_back(text.substr(at, end - at));
        at = end + 1;
    }
    return out;
}

Result<void, std::string> set_height(Params& params, const std::string& given) {
    const auto at = given.find('@');
    if (at == std::string::npos) {
        return Error(concat("Invalid format (", given, ") for -testactivationheight=name@height."));
    }
    const auto height = to_number(std::string_view(given).substr(at + 1));
    if (!height || *height < 0 || *height >= 0x7fffffff) {
        return Error(concat("Invalid height value (", given, ") for -testactivationheight=name@height."));
    }
    const std::pair<std::string_view, Height*> rules[] = {
        {"segwit", &params.buried.segwit}, {"bip34", &params.buried.bip34}, {"dersig", &params.buried.bip66},
        {"cltv", &params.buried.bip65},    {"csv", &params.buried.csv},
    };
    const auto rule =
        std::ranges::find(rules, std::string_view(given).substr(0, at), [](const auto& entry) { return entry.first; });
    if (rule == std::end(rules)) {
        return Error(concat("Invalid name (", given, ") for -testactivationheight=name@height."));
    }
    *rule->second = Height{static_cast<std::int32_t>(*height)};
    return {};
}

Result<void, std::string> set_deployment(Params& params, const std::string& given) {
    const std::vector<std::string> parts = split(given, ':');
    if (parts.size() < 3 || parts.size() > 4) {
        return Error("Version bits parameters malformed, expecting deployment:start:end[:min_activation_height]");
    }
    const auto start = to_number(parts[1]);
    const auto end = to_number(parts[2]);
    const auto height = to_number(parts.size() == 4 ? parts[3] : "0");
    if (!start) {
        return Error(concat("Invalid nStartTime (", parts[1], ")"));
    }
    if (!end) {
        return Error(concat("Invalid nTimeout (", parts[2], ")"));
    }
    if (!height || *height < 0 || *height > 0x7fffffff) {
        return Error(concat("Invalid min_activation_height (", parts.back(), ")"));
    }
    const auto deployment = std::ranges::find(params.deployments, parts[0], &primitives::Deployment::name);
    if (deployment == params.deployments.end()) {
        return Error(concat("Invalid deployment (", parts[0], ")"));
    }
    deployment->start_time = *start;
    deployment->timeout = *end;
    deployment->min_activation_height = Height{static_cast<std::int32_t>(*height)};
    return {};
}

// Up to 64 hexadecimal digits, filled up with zeros from the left; a 0x in front is allowed.
std::optional<std::string> full_hex(std::string_view text) {
    if (text.starts_with("0x") || text.starts_with("0X")) {
        text.remove_prefix(2);
    }
    if (text.size() > 64) {
        return std::nullopt;
    }
    return std::string(64 - text.size(), '0') + std::string(text);
}

Result<void, std::string> set_trust(Params& params, const Values& values) {
    if (const auto given = values.find_text("minimumchainwork")) {
        const auto digits = full_hex(*given);
        const auto work = digits ? hash_from_hex<RawHash>(*digits) : std::nullopt;
        if (!work) {
            return Error(concat("Invalid minimum work specified (", *given, "), must be up to 64 hex digits"));
        }
        params.minimum_chain_work = U256::from_le(work->span());
    }
    if (const auto given = values.find_text("assumevalid")) {
        const auto digits = full_hex(*given);
        const auto hash = digits ? hash_from_hex<primitives::BlockHash>(*digits) : std::nullopt;
        if (!hash) {
            return Error(concat("Invalid assumevalid block hash specified (", *given,
                                "), must be up to 64 hex digits (or 0 to disable)"));
        }
        params.assume_valid = *hash;
    }
    return {};
}

Result<void, std::string> refuse_elsewhere(const Params& params, const Values& values) {
    for (const Setting& setting : all_settings()) {
        const bool fits = setting.networks == Networks::all ||
                          (setting.networks == Networks::not_main && params.network != Network::main) ||
                          params.network == Network::regtest;
        if (fits || !values.is_set(setting.name) || values.text(setting.name) == "0") {
            continue;
        }
        if (setting.name == "test") {
            return Error("-test=<option> can only be used with regtest");
        }
        if (setting.networks == Networks::regtest_only) {
            return Error(concat(setting.name, " is not supported on ", params.name, " chain."));
        }
        if (setting.type == Type::flag) {
            return Error(concat(setting.name, " is not currently supported for ", params.name, " chain"));
        }
        return Error(concat("The -", setting.name, " option may not be used on mainnet."));
    }
    return {};
}

}  // namespace

Result<Params, std::string> choose_network(const Values& values, const FileReader& read) {
    const auto name = values.find_text("chain");
    const auto file = values.is_negated("customnet") ? std::nullopt : values.find_text("customnet");
    const NamedChain* chosen = &kChains.front();
    int choices = (name ? 1 : 0) + (file ? 1 : 0);
    for (const NamedChain& chain : kChains) {
        if (!chain.flag.empty() && values.chooses_chain(chain.flag)) {
            chosen = &chain;
            ++choices;
        }
    }
    if (choices > 1) {
        return Error(file ? "-customnet cannot be combined with -regtest, -signet, -testnet, -testnet4 or -chain."
                          : "Invalid combination of -regtest, -signet, -testnet, -testnet4 and -chain. Can use at most "
                            "one.");
    }
    if (file) {
        return custom_network(*file, read);
    }
    if (name) {
        const auto* const found = std::ranges::find(kChains, std::string_view(*name), &NamedChain::chain);
        if (found == kChains.end()) {
            return Error(concat("Unknown chain ", *name, "."));
        }
        chosen = found;
    }
    return chosen->flag == "signet" ? signet(values) : chosen->params();
}

Result<void, std::string> adjust_network(Params& params, const Values& values) {
    KEEL_CHECK(refuse_elsewhere(params, values));
    for (const std::string& given : values.list("testactivationheight")) {
        KEEL_CHECK(set_height(params, given));
    }
    for (const std::string& given : values.list("vbparams")) {
        KEEL_CHECK(set_deployment(params, given));
    }
    const std::vector<std::string> options = values.list("test");
    if (std::ranges::find(options, "bip94") != options.end()) {
        params.pow.enforce_timewarp_rule = true;
    }
    if (params.signet_blocks && values.is_set("signetseednode")) {
        params.dns_seeds = values.list("signetseednode");
    }
    return set_trust(params, values);
}

}  // namespace keel::settings
