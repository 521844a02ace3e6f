#include "app/network/options.hpp"

#include <charconv>
#include <functional>

namespace keel::network {
namespace {

using Outcome = Result<void, std::string>;

std::unexpected<std::string> wrong(std::string reason) { return std::unexpected(std::move(reason)); }

Outcome read_nodes(Options& options, std::string_view text) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), options.nodes);
    if (error != std::errc{} || end != text.data() + text.size() || options.nodes < 1 || options.nodes > kNodesMax) {
        return wrong("--nodes must be a whole number from 1 to " + std::to_string(kNodesMax) + ".");
    }
    return {};
}

Outcome read_topology(Options& options, std::string_view text) {
    const auto topology = topology_from(text);
    if (!topology) {
        return wrong("--topology must be ring, star or random.");
    }
    options.topology = *topology;
    return {};
}

// Seconds with up to three decimals.
Outcome read_seconds(std::chrono::milliseconds& out, std::string_view name, std::string_view text) {
    std::int64_t whole = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), whole);
    std::string_view rest(end, static_cast<std::size_t>(text.data() + text.size() - end));
    std::int64_t thousandths = 0;
    bool good = error == std::errc{} && whole >= 0 && whole <= 1'000'000;
    if (good && !rest.empty()) {
        good = rest[0] == '.' && rest.size() >= 2 && rest.size() <= 4;
        std::string digits(rest.substr(1));
        digits.resize(3, '0');
        const auto [stop, bad] = std::from_chars(digits.data(), digits.data() + 3, thousandths);
        good = good && bad == std::errc{} && stop == digits.data() + 3 && thousandths >= 0;
    }
    if (!good) {
        return wrong("--" + std::string(name) + " must be seconds, such as 5 or 0.5.");
    }
    out = std::chrono::milliseconds(1000 * whole + thousandths);
    return {};
}

struct Row {
    std::string_view name;
    std::string_view value;  // empty: takes none
    std::string_view help;
    std::function<Outcome(Options&, std::string_view)> read;
};

const std::vector<Row>& rows() {
    using Text = std::string_view;
    static const std::vector<Row> kTable = {
        {"nodes", "N", "how many nodes (4)", read_nodes},
        {"topology", "SHAPE", "who dials whom: ring, star or random (ring)", read_topology},
        {"block-interval", "SECONDS", "time between blocks, each by a random node; 0: nobody mines (5)",
         [](Options& o, Text t) { return read_seconds(o.block_interval, "block-interval", t); }},
        {"datadir", "FOLDER", "keep the nodes' data there (a temporary folder, removed at the end)",
         [](Options& o, Text t) -> Outcome {
             if (t.empty()) {
                 return wrong("--datadir must name a folder.");
             }
             o.folder = t;
             return {};
         }},
        {"duration", "SECONDS", "stop by itself after this time; 0: when told to (0)",
         [](Options& o, Text t) { return read_seconds(o.duration, "duration", t); }},
        {"json", "", "one JSON object a line on standard output instead of a table",
         [](Options& o, Text) -> Outcome {
             o.json = true;
             return {};
         }},
        {"program", "FILE", "a node program that takes Bitcoin Core's flags (this program)",
         [](Options& o, Text t) -> Outcome {
             o.program = t;
             return {};
         }},
        {"help", "", "this list",
         [](Options& o, Text) -> Outcome {
             o.help = true;
             return {};
         }},
    };
    return kTable;
}

}  // namespace

Result<Options, std::string> parse_options(std::span<const std::string> arguments) {
    Options options;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        std::string_view word = arguments[i];
        if (!word.starts_with('-')) {
            return wrong("Unexpected argument '" + arguments[i] + "'; see keel network up --help.");
        }
        word.remove_prefix(word.starts_with("--") ? 2 : 1);
        const auto equals = word.find('=');
        const std::string_view name = word.substr(0, equals);
        const auto row = std::ranges::find(rows(), name, &Row::name);
        if (row == rows().end()) {
            return wrong("There is no option '" + arguments[i] + "'; see keel network up --help.");
        }
        std::string_view value = equals == std::string_view::npos ? std::string_view{} : word.substr(equals + 1);
        if (row->value.empty() != (equals == std::string_view::npos)) {
            if (row->value.empty()) {
                return wrong("--" + std::string(name) + " takes no value.");
            }
            if (++i == arguments.size()) {
                return wrong("--" + std::string(name) + " needs a value.");
            }
            value = arguments[i];
        }
        KEEL_CHECK(row->read(options, value));
    }
    return options;
}

std::string help_text() {
    std::string out = "usage: keel network up [OPTIONS]\n\nStarts a private regtest network of real nodes.\n\n";
    for (const Row& row : rows()) {
        std::string left = "  --" + std::string(row.name) + (row.value.empty() ? "" : " ") + std::string(row.value);
        left.resize(std::max<std::size_t>(left.size() + 1, 28), ' ');
        out += left + std::string(row.help) + '\n';
    }
    return out;
}

}  // namespace keel::network
