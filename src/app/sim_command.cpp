#include "app/sim_command.hpp"

#include <algorithm>
#include <charconv>
#include <iomanip>
#include <iostream>

#include "sim/scenario.hpp"

namespace keel::app {
namespace {

constexpr int kFailed = 1;
constexpr int kUnusable = 2;
constexpr std::string_view kUsage =
    "usage: keel sim [--scenario NAME|all] [--seed N] [--seeds COUNT] [--large] [--trace]\n\n"
    "  --scenario   which story; default: all of them\n"
    "  --seed       the first seed; default: 0\n"
    "  --seeds      how many seeds from there on; default: 1\n"
    "  --large      many nodes and blocks instead of a few\n"
    "  --trace      print everything that happens\n\n"
    "The same seed gives the same trace hash, in every process and on every machine. Scenarios:\n\n";

struct Request {
    std::vector<const sim::Scenario*> scenarios;
    std::uint64_t first = 0;
    std::uint64_t count = 1;
    sim::Size size = sim::Size::small;
    bool trace = false;
};

class TraceLogger final : public Logger {
public:
    [[nodiscard]] bool enabled(LogCategory, LogLevel level) const override { return level >= LogLevel::debug; }
    void write(LogCategory, LogLevel, std::string_view text) override { std::cout << text << '\n'; }
};

void show_usage(std::ostream& out) {
    out << kUsage;
    for (const sim::Scenario& scenario : sim::all_scenarios()) {
        out << "  " << std::left << std::setw(12) << scenario.name << scenario.story << '\n';
    }
}

std::optional<std::uint64_t> number(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool whole = error == std::errc{} && end == text.data() + text.size();
    return whole ? std::optional(value) : std::nullopt;
}

// False for an option that is unknown or a value that makes no sense.
bool take_option(std::string_view name, std::string_view value, Request& request) {
    if (name == "scenario") {
        request.scenarios.clear();
        for (const sim::Scenario& scenario : sim::all_scenarios()) {
            if (value == "all" || value == scenario.name) request.scenarios.push_back(&scenario);
        }
        return !request.scenarios.empty();
    }
    const auto parsed = number(value);
    if (!parsed) return false;
    if (name == "seed") {
        request.first = *parsed;
        return true;
    }
    request.count = *parsed;
    return name == "seeds" && *parsed > 0;
}

// "--name value" or "--name=value", with one dash or two.
Result<Request, std::string> parse(std::span<const std::string> arguments) {
    Request request;
    take_option("scenario", "all", request);
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        std::string_view word = arguments[i];
        word.remove_prefix(std::min(word.find_first_not_of('-'), word.size()));
        if (word == "large") {
            request.size = sim::Size::large;
            continue;
        }
        if (word == "trace") {
            request.trace = true;
            continue;
        }
        const std::size_t equals = word.find('=');
        std::string_view value;
        if (equals != std::string_view::npos) {
            value = word.substr(equals + 1);
        } else if (i + 1 < arguments.size()) {
            value = arguments[++i];
        }
        if (!take_option(word.substr(0, equals), value, request)) {
            return Failure<std::string>("keel sim does not understand '" +
                                        arguments[std::min(i, arguments.size() - 1)] + "'.");
        }
    }
    return request;
}

// One line for each world; false when a property did not hold.
bool play(const sim::Scenario& scenario, std::uint64_t seed, const Request& request, sim::Probes& probes) {
    NullLogger quiet;
    TraceLogger loud;
    Logger& logger = request.trace ? static_cast<Logger&>(loud) : quiet;
    const sim::Outcome outcome = sim::play(scenario, seed, request.size, logger);
    probes.add(outcome.probes);
    std::cout << std::left << std::setw(10) << scenario.name << " seed " << seed << ": "
              << (outcome.failure ? "FAILED" : "ok") << ", " << outcome.blocks << " blocks, " << outcome.events
              << " events in " << outcome.virtual_time.count() / 1'000'000 << " virtual seconds, trace "
              << to_hex(outcome.trace.span()) << '\n';
    if (outcome.failure) std::cout << "  " << *outcome.failure << '\n';
    return !outcome.failure;
}

}  // namespace

int sim_command(std::span<const std::string> arguments) {
    const auto asks_for_help = [](const std::string& word) {
        return word == "-help" || word == "--help" || word == "-h";
    };
    if (std::ranges::any_of(arguments, asks_for_help)) {
        show_usage(std::cout);
        return 0;
    }
    const auto request = parse(arguments);
    if (!request) {
        std::cerr << "Error: " << request.error() << "\n\n";
        show_usage(std::cerr);
        return kUnusable;
    }
    sim::Probes probes;
    std::size_t failures = 0;
    for (const sim::Scenario* scenario : request->scenarios) {
        for (std::uint64_t i = 0; i < request->count; ++i) {
            if (!play(*scenario, request->first + i, *request, probes)) ++failures;
        }
    }
    if (request->count == 1) return failures == 0 ? 0 : kFailed;
    std::cout << failures << " failures. Rare paths taken:\n";
    for (const std::string_view name : sim::all_probes()) {
        std::cout << "  " << std::left << std::setw(20) << name << probes.count(name) << '\n';
    }
    return failures == 0 ? 0 : kFailed;
}

}  // namespace keel::app
