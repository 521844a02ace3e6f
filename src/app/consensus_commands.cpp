#include "app/consensus_commands.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <optional>

#include "base/hex.hpp"
#include "engine/policy/rules.hpp"
#include "rules/consensus/rules.hpp"
#include "rules/consensus/verify_block.hpp"
#include "rules/primitives/custom_network.hpp"

namespace keel::app {
namespace {

using consensus::VerifyReport;
using primitives::Params;

constexpr int kRefused = 1;
constexpr int kUnusable = 2;
constexpr std::string_view kUsage =
    "usage: keel verify-block --height N [--chain C] [--challenge HEX] [--spent FILE] [--coins FILE] BLOCK\n";

void print_rule(std::ostream& out, const consensus::RuleInfo& rule) {
    out << "  " << rule.id << '\n' << "      " << rule.sentence << '\n';
    out << "      " << rule.source << "; in force: " << to_string(rule.activation) << "; otherwise: " << rule.token
        << " (" << to_string(rule.kind) << ")\n";
}

void print_rules(std::ostream& out, std::span<const consensus::Phase> phases) {
    std::size_t count = 0;
    for (const consensus::Phase& phase : phases) {
        count += phase.rules.size();
        out << phase.name << " - for " << phase.subject << '\n';
        for (const consensus::RuleInfo* rule : phase.rules) {
            print_rule(out, *rule);
        }
        out << '\n';
    }
    out << count << " rules\n";
}

int policy_rules(std::span<const std::string> arguments, std::ostream& out, std::ostream& err) {
    if (arguments.empty()) {
        print_rules(out, policy::all_phases());
        return 0;
    }
    if (arguments.size() == 1 && (arguments[0] == "--markdown" || arguments[0] == "-markdown")) {
        out << policy::rules_as_markdown();
        return 0;
    }
    err << "usage: keel rules --policy [--markdown]\n";
    return kUnusable;
}

// What a command takes that can go wrong, as a sentence.
template <class T>
using OrText = Result<T, std::string>;

OrText<Bytes> read_file(const std::string& name) {
    std::ifstream file(name, std::ios::binary);
    if (!file) {
        return Failure<std::string>("The file " + name + " cannot be opened.");
    }
    const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    if (file.bad()) {
        return Failure<std::string>("The file " + name + " cannot be read.");
    }
    return to_bytes(as_bytes(text));
}

// Bytes as they are, or the bytes that hexadecimal text stands for.
Bytes undo_hex(Bytes bytes) {
    std::string_view text = as_text(bytes);
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) {
        text.remove_suffix(1);
    }
    auto decoded = from_hex(text);
    return decoded && !decoded->empty() ? *std::move(decoded) : std::move(bytes);
}

OrText<Params> params_named(const std::string& name) {
    const std::map<std::string_view, const Params& (*)()> built_in{
        {"main", primitives::main_params},         {"test", primitives::testnet3_params},
        {"testnet3", primitives::testnet3_params}, {"testnet4", primitives::testnet4_params},
        {"signet", primitives::signet_params},     {"regtest", primitives::regtest_params}};
    if (const auto found = built_in.find(name); found != built_in.end()) {
        return found->second();
    }
    KEEL_TRY(const Bytes text, read_file(name));
    auto params = primitives::parse_custom_network(as_text(text));
    if (!params) {
        return Failure<std::string>("The network file " + name + " is wrong: " + params.error().text() + ".");
    }
    return *std::move(params);
}

OrText<primitives::Height> parse_height(const std::string& text) {
    std::int32_t height = -1;
    const char* const end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, height);
    if (parsed.ec != std::errc() || parsed.ptr != end || height < 0) {
        return Failure<std::string>("The height '" + text + "' is not a number from 0 on.");
    }
    return primitives::Height(height);
}

struct Words {
    std::map<std::string, std::string, std::less<>> options;
    std::string block;

    [[nodiscard]] const std::string* find(std::string_view name) const {
        const auto found = options.find(name);
        return found == options.end() ? nullptr : &found->second;
    }
};

// --name VALUE or --name=VALUE, with one dash or two, and one word without dashes.
OrText<Words> parse_words(std::span<const std::string> arguments) {
    constexpr std::array<std::string_view, 5> kOptions{"height", "chain", "challenge", "spent", "coins"};
    Words out;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::string& word = arguments[i];
        if (!word.starts_with('-')) {
            if (!out.block.empty()) {
                return Failure<std::string>("There is more than one block: " + out.block + " and " + word + ".");
            }
            out.block = word;
            continue;
        }
        const std::size_t dashes = word.starts_with("--") ? 2 : 1;
        const std::size_t equals = std::min(word.find('='), word.size());
        const std::string name = word.substr(dashes, equals - dashes);
        if (std::ranges::find(kOptions, name) == kOptions.end()) {
            return Failure<std::string>("There is no option " + word + ".");
        }
        if (equals < word.size()) {
            out.options[name] = word.substr(equals + 1);
        } else if (i + 1 < arguments.size()) {
            out.options[name] = arguments[++i];
        } else {
            return Failure<std::string>("The option " + word + " needs a value.");
        }
    }
    return out;
}

// Everything that verification looks at, owned.
struct Request {
    Params params;
    primitives::Height height;
    primitives::BlockPtr block;
    std::optional<Bytes> spent;
    std::optional<Bytes> coins;
};

OrText<std::optional<Bytes>> read_optional(const Words& words, std::string_view option) {
    const std::string* name = words.find(option);
    if (name == nullptr) {
        return std::optional<Bytes>();
    }
    KEEL_TRY(Bytes bytes, read_file(*name));
    return std::optional(std::move(bytes));
}

OrText<primitives::BlockPtr> read_block(const std::string& name) {
    KEEL_TRY(Bytes bytes, read_file(name));
    auto block = primitives::Block::parse(undo_hex(std::move(bytes)));
    if (!block) {
        return Failure<std::string>("The file " + name +
                                    " does not hold one block: " + primitives::describe(block.error()) + ".");
    }
    return *std::move(block);
}

OrText<Params> choose_params(const Words& words) {
    const std::string* chain = words.find("chain");
    const std::string* challenge = words.find("challenge");
    if (challenge == nullptr) {
        return params_named(chain == nullptr ? "main" : *chain);
    }
    auto script = from_hex(*challenge);
    if (chain == nullptr || *chain != "signet" || !script) {
        return Failure<std::string>("A challenge needs --chain signet and hexadecimal digits.");
    }
    return primitives::signet_params_with(*std::move(script));
}

OrText<Request> load(std::span<const std::string> arguments) {
    KEEL_TRY(const Words words, parse_words(arguments));
    const std::string* height = words.find("height");
    if (words.block.empty() || height == nullptr) {
        return Failure<std::string>("A height and a block are needed.");
    }
    if (words.find("coins") != nullptr && words.find("spent") == nullptr) {
        return Failure<std::string>("--coins says where the outputs in --spent come from: give both.");
    }
    Request out;
    KEEL_TRY(out.params, choose_params(words));
    KEEL_TRY(out.height, parse_height(*height));
    KEEL_TRY(out.block, read_block(words.block));
    KEEL_TRY(out.spent, read_optional(words, "spent"));
    KEEL_TRY(out.coins, read_optional(words, "coins"));
    return out;
}

std::string_view word_for(VerifyReport::Outcome outcome) {
    switch (outcome) {
        case VerifyReport::Outcome::passed: return "passed     ";
        case VerifyReport::Outcome::failed: return "FAILED     ";
        case VerifyReport::Outcome::not_checked: return "not checked";
    }
    return "";
}

void print_report(std::ostream& out, const Request& request, const VerifyReport& report) {
    const primitives::Block& block = *request.block;
    out << "block " << to_hex(block.hash()) << " at height " << request.height.value() << " of " << request.params.name
        << ": " << block.tx_count() << " transactions, " << block.raw().size() << " bytes, weight "
        << block.weight().value() << '\n';
    for (const VerifyReport::Line& line : report.lines) {
        out << "  " << word_for(line.outcome) << "  " << line.what;
        if (!line.detail.empty()) {
            out << ": " << line.detail;
        }
        out << '\n';
    }
    if (report.reject) {
        out << "INVALID: " << report.reject->text() << '\n';
        out << "  " << report.reject->rule().sentence << " (" << report.reject->id() << ", "
            << report.reject->rule().source << ")\n";
    } else {
        out << "no rule that could be checked is broken\n";
    }
}

}  // namespace

int rules(std::span<const std::string> arguments, std::ostream& out, std::ostream& err) {
    if (arguments.empty()) {
        print_rules(out, consensus::all_phases());
        return 0;
    }
    if (arguments.size() == 1 && (arguments[0] == "--markdown" || arguments[0] == "-markdown")) {
        out << consensus::rules_as_markdown();
        return 0;
    }
    if (!arguments.empty() && (arguments[0] == "--policy" || arguments[0] == "-policy")) {
        return policy_rules(arguments.subspan(1), out, err);
    }
    for (const std::string& id : arguments) {
        const consensus::RuleInfo* rule = consensus::find_rule(id);
        if (rule == nullptr) {
            err << "Error: there is no rule '" << id << "'; keel rules lists them.\n";
            return kUnusable;
        }
        print_rule(out, *rule);
    }
    return 0;
}

int verify_block(std::span<const std::string> arguments, std::ostream& out, std::ostream& err) {
    if (arguments.size() == 1 && (arguments[0] == "-help" || arguments[0] == "--help")) {
        out << kUsage;
        return 0;
    }
    const OrText<Request> request = load(arguments);
    if (!request) {
        err << "Error: " << request.error() << '\n' << kUsage;
        return kUnusable;
    }
    const auto view = [](const std::optional<Bytes>& bytes) {
        return bytes ? std::optional<ByteSpan>(*bytes) : std::nullopt;
    };
    const auto report = consensus::verify_block({.params = request->params,
                                                 .height = request->height,
                                                 .block = request->block,
                                                 .spent_outputs = view(request->spent),
                                                 .spent_origins = view(request->coins)});
    if (!report) {
        err << "Error: " << report.error() << '\n';
        return kUnusable;
    }
    print_report(out, *request, *report);
    return report->valid() ? 0 : kRefused;
}

int rules_command(std::span<const std::string> arguments) { return rules(arguments, std::cout, std::cerr); }

int verify_block_command(std::span<const std::string> arguments) {
    return verify_block(arguments, std::cout, std::cerr);
}

}  // namespace keel::app
