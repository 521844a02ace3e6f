#include "front/rpc/cli_reports.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <map>
#include <vector>

#include <boost/json/value.hpp>

#include "front/rpc/json_parse.hpp"
#include "front/rpc/json_text.hpp"
#include "front/rpc/json_values.hpp"

namespace keel::rpc {
namespace {

namespace json = boost::json;

// ---- reading ----

// The text of a top-level member as it stands, strings without quotes; empty when it is missing.
std::string raw(std::string_view object, std::string_view name) {
    const auto found = json_member(object, name);
    return found ? json_string(*found).value_or(std::string(*found)) : std::string();
}

std::string text(const json::value& object, std::string_view name) {
    const json::value* found = member(object, name);
    return found != nullptr && found->is_string() ? std::string(text_of(*found)) : std::string();
}

std::int64_t number(const json::value& object, std::string_view name) {
    const json::value* found = member(object, name);
    return found != nullptr ? integer_of<std::int64_t>(*found).value_or(0) : 0;
}

// -1 when missing.
double fraction(const json::value& object, std::string_view name) {
    const json::value* found = member(object, name);
    json::error_code error;
    const double out = found != nullptr && found->is_number() ? found->to_number<double>(error) : -1.0;
    return error ? -1.0 : out;
}

bool flag(const json::value& object, std::string_view name, bool otherwise = false) {
    const json::value* found = member(object, name);
    return found != nullptr ? boolean_of(*found).value_or(otherwise) : otherwise;
}

std::vector<json::value> list(const json::value& object, std::string_view name) {
    const json::value* found = member(object, name);
    return found != nullptr && found->is_array()
               ? std::vector<json::value>(found->get_array().begin(), found->get_array().end())
               : std::vector<json::value>();
}

// ---- laying out ----

std::string right(std::string_view content, std::size_t width) {
    return std::string(width > content.size() ? width - content.size() : 0, ' ') + std::string(content);
}

std::string left(std::string_view content, std::size_t width) {
    return std::string(content) + std::string(width > content.size() ? width - content.size() : 0, ' ');
}

std::string fixed(double value) {
    std::array<char, 64> out;
    const int length = std::snprintf(out.data(), out.size(), "%.4f", value);
    return {out.data(), static_cast<std::size_t>(length)};
}

class Paint {
public:
    explicit Paint(Colour colour) : on_(colour == Colour::yes) {}
    [[nodiscard]] std::string operator()(std::string_view code, std::string_view content) const {
        return on_ ? "\x1B[" + std::string(code) + "m" + std::string(content) + "\x1B[0m" : std::string(content);
    }

private:
    bool on_;
};

constexpr std::string_view kGreen = "32";
constexpr std::string_view kYellow = "33";
constexpr std::string_view kBlue = "34";

// Twenty cells of dark and light, where a chain is not nearly complete.
std::string progress_bar(double progress) {
    constexpr int kCells = 20;
    if (progress >= 0.99) {
        return {};
    }
    std::string out;
    for (int i = 0; i < kCells; ++i) {
        out += static_cast<double>(i) / kCells < progress ? "▒" : "░";
    }
    return out + " ";
}

// "host:port (ipv4, ipv6), ..." in the order in which the networks name them.
std::string proxies_of(const json::value& network) {
    std::vector<std::pair<std::string, std::string>> proxies;
    for (const json::value& each : list(network, "networks")) {
        const std::string proxy = text(each, "proxy");
        if (proxy.empty()) {
            continue;
        }
        auto known = std::ranges::find(proxies, proxy, &std::pair<std::string, std::string>::first);
        if (known == proxies.end()) {
            proxies.emplace_back(proxy, text(each, "name"));
        } else {
            known->second += ", " + text(each, "name");
        }
    }
    std::string out;
    for (const auto& [proxy, networks] : proxies) {
        out += out.empty() ? "" : ", ";
        out += proxy;
        out += " (";
        out += networks;
        out += ")";
    }
    return out.empty() ? "n/a" : out;
}

std::string warnings_of(const json::value& network) {
    std::string out;
    for (const json::value& warning : list(network, "warnings")) {
        out += (out.empty() ? "" : ", ") + (warning.is_string() ? std::string(text_of(warning)) : std::string());
    }
    return out.empty() ? "(none)" : out;
}

// ---- peers ----

std::string short_network(std::string_view name) { return name == "not_publicly_routable" ? "npr" : std::string(name); }

std::string short_type(std::string_view type) {
    if (type == "outbound-full-relay") return "full";
    if (type == "block-relay-only") return "block";
    if (type == "addr-fetch") return "addr";
    if (type == "private-broadcast") return "priv";
    return type == "manual" || type == "feeler" ? std::string(type) : std::string();
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// One letter for each service: n b w c l 2.
std::string service_letters(const json::value& object, std::string_view name) {
    std::string out;
    for (const json::value& service : list(object, name)) {
        const std::string_view word = service.is_string() ? text_of(service) : std::string_view();
        out += word == "NETWORK_LIMITED" ? 'l' : word == "P2P_V2" ? '2' : word.empty() ? '?' : lower(word[0]);
    }
    return out;
}

std::string service_words(const json::value& object, std::string_view name) {
    std::string out;
    for (const json::value& service : list(object, name)) {
        out += (out.empty() ? "" : ", ") + (service.is_string() ? std::string(text_of(service)) : std::string());
    }
    std::ranges::transform(out, out.begin(), [](char c) { return c == '_' ? ' ' : lower(c); });
    return out;
}

std::string ping_text(double in_seconds) {
    const double in_milliseconds = std::round(1'000 * in_seconds);
    return in_seconds < 0 ? "" : in_milliseconds > 999'999 ? "-" : std::to_string(static_cast<long>(in_milliseconds));
}

std::string since(std::int64_t now, std::int64_t then, std::int64_t unit) {
    return then == 0 ? "" : std::to_string((now - then) / unit);
}

constexpr std::int64_t kMinute = 60;

// The columns of one peer; the widths of all rows are made equal.
std::vector<std::string> peer_columns(const json::value& peer, const PeersReport& options) {
    const std::int64_t now = to_seconds(options.now);
    const std::string transport = text(peer, "transport_protocol_type");
    const std::string last_tx = since(now, number(peer, "last_transaction"), kMinute);
    std::vector<std::string> out{
        flag(peer, "inbound") ? "in" : "out",
        short_type(text(peer, "connection_type")),
        short_network(text(peer, "network")),
        service_letters(peer, "servicesnames"),
        transport.size() == 2 ? transport.substr(1) : "",
        ping_text(fraction(peer, "minping")),
        ping_text(fraction(peer, "pingtime")),
        since(now, number(peer, "lastsend"), 1),
        since(now, number(peer, "lastrecv"), 1),
        last_tx.empty() && !flag(peer, "relaytxes", true) ? "*" : last_tx,
        since(now, number(peer, "last_block"), kMinute),
        std::string(flag(peer, "bip152_hb_to") ? "." : " ") + (flag(peer, "bip152_hb_from") ? "*" : " "),
        number(peer, "addr_processed") != 0 ? std::to_string(number(peer, "addr_processed"))
        : flag(peer, "addr_relay_enabled")  ? ""
                                            : ".",
        number(peer, "addr_rate_limited") != 0 ? std::to_string(number(peer, "addr_rate_limited")) : "",
        since(now, number(peer, "conntime"), kMinute),
        std::to_string(number(peer, "id")),
    };
    if (options.level == 2 || options.level == 4) {
        out.push_back(text(peer, "addr"));
    }
    if (options.level >= 3) {
        const std::int64_t version = number(peer, "version");
        out.push_back(version == 0 ? "" : std::to_string(version) + text(peer, "subver"));
    }
    return out;
}

std::string peer_lines(const std::vector<json::value>& peers, const PeersReport& options) {
    std::vector<std::vector<std::string>> rows;
    for (const json::value& peer : peers) {
        if (!options.outbound_only || !flag(peer, "inbound")) {
            rows.push_back(peer_columns(peer, options));
        }
    }
    if (rows.empty()) {
        return {};
    }
    // Incoming first, each side by its best ping.
    std::ranges::sort(rows, [](const auto& a, const auto& b) {
        return a[0] != b[0] ? a[0] < b[0] : a[5].size() != b[5].size() ? a[5].size() < b[5].size() : a[5] < b[5];
    });
    std::vector<std::string> head{"<->",  "type", "net", "serv", "v",     "mping", "ping", "send",
                                  "recv", "txn",  "blk", "hb",   "addrp", "addrl", "age",  "id"};
    if (options.level == 2 || options.level == 4) {
        head.emplace_back("address");
    }
    if (options.level >= 3) {
        head.emplace_back("version");
    }
    rows.insert(rows.begin(), head);
    rows.push_back({"", "", "", "", "", "ms", "ms", "sec", "sec", "min", "min", "", "", "", "min"});
    std::vector<std::size_t> widths(head.size());
    for (const auto& row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            widths[i] = std::max(widths[i], row[i].size());
        }
    }
    constexpr std::size_t kFirstTextColumn = 16;
    std::string out;
    for (const auto& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            line += (i > 0 ? " " : "") + (i < kFirstTextColumn ? right(row[i], widths[i]) : left(row[i], widths[i]));
        }
        line.erase(line.find_last_not_of(' ') + 1);
        out += line + "\n";
    }
    return out + "\n";
}

// in, out and total for each network, and how many connections are for blocks only or manual.
std::string count_table(const std::vector<json::value>& peers, const json::value& network) {
    std::vector<std::string> names;
    for (const json::value& each : list(network, "networks")) {
        if (flag(each, "reachable")) {
            names.push_back(text(each, "name"));
        }
    }
    std::map<std::pair<bool, std::string>, int> counts;
    std::array<int, 2> totals{};
    int block_only = 0;
    int manual = 0;
    for (const json::value& peer : peers) {
        const bool outbound = !flag(peer, "inbound");
        const std::string name = text(peer, "network");
        if (std::ranges::find(names, name) == names.end()) {
            names.push_back(name);
        }
        ++counts[{outbound, name}];
        ++totals[outbound ? 1 : 0];
        block_only += text(peer, "connection_type") == "block-relay-only" ? 1 : 0;
        manual += text(peer, "connection_type") == "manual" ? 1 : 0;
    }
    std::string out = "     ";
    for (const std::string& name : names) {
        out += right(short_network(name), 8);
    }
    out += std::string("   total   block") + (manual > 0 ? "  manual" : "");
    for (const std::string_view row : {"in", "out", "total"}) {
        out += "\n" + left(row, 5);
        for (const std::string& name : names) {
            const int inbound = counts[{false, name}];
            const int outbound = counts[{true, name}];
            out += right(std::to_string(row == "in" ? inbound : row == "out" ? outbound : inbound + outbound), 8);
        }
        out += "   " + right(std::to_string(row == "in"    ? totals[0]
                                            : row == "out" ? totals[1]
                                                           : totals[0] + totals[1]),
                             5);
        if (row == "out") {
            out += "   " + right(std::to_string(block_only), 5);
            out += manual > 0 ? "   " + right(std::to_string(manual), 5) : "";
        }
    }
    return out;
}

std::string local_addresses(const json::value& network) {
    std::string out = "Local addresses";
    const std::vector<json::value> addresses = list(network, "localaddresses");
    for (const json::value& each : addresses) {
        out += "\n" + text(each, "address") + "    port " + right(std::to_string(number(each, "port")), 6) +
               "    score " + right(std::to_string(number(each, "score")), 6);
    }
    return addresses.empty() ? out + ": n/a\n" : out;
}

}  // namespace

std::string info_report(std::string_view network, std::string_view chain, Colour colour) {
    const auto network_json = parse_json(network);
    const auto chain_json = parse_json(chain);
    if (!network_json || !chain_json) {
        return {};
    }
    const Paint paint(colour);
    const double progress = fraction(*chain_json, "verificationprogress");
    std::string out = paint(kBlue, "Chain: " + raw(chain, "chain")) + "\n";
    out += "Blocks: " + raw(chain, "blocks") + "\nHeaders: " + raw(chain, "headers") + "\n";
    out += "Verification progress: " + progress_bar(progress) + fixed(progress * 100) + "%\n";
    out += "Difficulty: " + raw(chain, "difficulty") + "\n\n";
    out += paint(kGreen, "Network: in " + raw(network, "connections_in") + ", out " + raw(network, "connections_out") +
                             ", total " + raw(network, "connections")) +
           "\n";
    out += "Version: " + raw(network, "version") + "\nTime offset (s): " + raw(network, "timeoffset") + "\n";
    out += "Proxies: " + proxies_of(*network_json) + "\n";
    out += "Min tx relay fee rate (BTC/kvB): " + raw(network, "relayfee") + "\n\n";
    return out + paint(kYellow, "Warnings:") + " " + warnings_of(*network_json);
}

std::string peers_report(std::string_view peers, std::string_view network, const PeersReport& options) {
    const auto peers_json = parse_json(peers);
    const auto network_json = parse_json(network);
    if (!peers_json || !peers_json->is_array() || !network_json) {
        return {};
    }
    const std::vector<json::value> all(peers_json->get_array().begin(), peers_json->get_array().end());
    std::string out = options.client + " - server " + raw(network, "protocolversion") + raw(network, "subversion");
    if (options.level > 0) {
        out += " - services " + service_letters(*network_json, "localservicesnames") + "\n\n";
        out += peer_lines(all, options);
    } else {
        out += "\n\n";
    }
    out += count_table(all, *network_json);
    if (options.level == 0) {
        out += "\n\nLocal services: " + service_words(*network_json, "localservicesnames");
    }
    return out + "\n\n" + local_addresses(*network_json);
}

std::string addresses_report(std::string_view tables) {
    const auto parsed = parse_json(tables);
    if (!parsed || !parsed->is_object()) {
        return {};
    }
    std::string members;
    for (const json::key_value_pair& each : parsed->get_object()) {
        const std::string name(each.key().data(), each.key().size());
        members += (members.empty() ? "" : ",") + std::string("\"") + (name == "all_networks" ? "total" : name) +
                   "\":" + std::to_string(number(each.value(), "total"));
    }
    return json_pretty("{\"addresses_known\":{" + members + "}}");
}

}  // namespace keel::rpc
