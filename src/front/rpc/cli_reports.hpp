// The client's own summaries, laid out for people: -getinfo and -netinfo. From the answers of calls, as JSON.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"

namespace keel::rpc {

enum class Colour : bool { no, yes };

// From getnetworkinfo and getblockchaininfo. Any text that is not theirs gives an empty report.
std::string info_report(std::string_view network, std::string_view chain, Colour colour);

struct PeersReport {
    static constexpr int kLevelMax = 4;

    int level = 0;  // 0: counts only; 1: a line for each peer; 2: with addresses; 3: with versions; 4: both
    bool outbound_only = false;  // the lines
    std::string client;          // "Keel client v1.2.3 regtest"
    UnixTime now;
};
// From getpeerinfo and getnetworkinfo.
std::string peers_report(std::string_view peers, std::string_view network, const PeersReport& options);

// From getaddrmaninfo: addresses known in each network.
std::string addresses_report(std::string_view tables);

}  // namespace keel::rpc
