// Rows: peers, and the RPC server.
#include <array>

#include "app/settings/table.hpp"

namespace keel::settings {
namespace {

constexpr std::string_view kDirectOnly = "this version connects directly, over IPv4 and IPv6 only";
constexpr std::string_view kNotYet = "not in this version";
constexpr std::string_view kNoAddresses = "this version keeps no table of peer addresses";

constexpr std::array kConnection{
    with(list("addnode", "<host>", "Keep a connection to this peer, host or host:port"), trait::kNetworkOnly),
    with(list("connect", "<host>", "Connect to these peers only; -noconnect or -connect=0 for none at all"),
         trait::kNetworkOnly),
    with(
        list("bind", "<addr>[:port]",
             "Listen on this address, [host]:port for IPv6. The ending =onion is accepted: such an address serves Tor"),
        trait::kNetworkOnly),
    flag("listen", "1", "Accept connections (default: 1, or 0 with -connect or -maxconnections=0 and no -bind)"),
    with(within(number("port", "",
                       "Port to listen on (8333, testnet3 18333, testnet4 48333, signet 38333, regtest 18444)"),
                1, 65'535),
         trait::kNetworkOnly),
    within(number("maxconnections", "200", "Connections to peers at most, those of -addnode not counted"), 0, 100'000),
    within(number("timeout", "5000", "Milliseconds to wait for a connection to be made"), 1, 3'600'000),
    with(within(number("peertimeout", "60", "Seconds that a new peer may be silent"), 1, 4'000'000'000),
         trait::kForTesting),
    within(number("maxreceivebuffer", "5000", "Received bytes held for one peer, in units of 1,000"), 1, 1'000'000),
    within(number("maxsendbuffer", "1000", "Bytes waiting to be sent to one peer, in units of 1,000"), 1, 1'000'000),
    flag("networkactive", "1", "Take part in the peer network"),
    flag("dns", "1", "Look up the names of -addnode, -connect and -seednode"),
    flag("dnsseed", "1", "Ask the chain's DNS seeds for peers (default: 1, or 0 with -connect or -maxconnections=0)"),
    no_effect(flag("forcednsseed", "0", "Ask the DNS seeds even where other peers are known"),
              "the DNS seeds are asked at every start without -addnode or -connect"),
    no_effect(list("seednode", "<host>", "Ask this peer for addresses of others"), kNoAddresses),
    list("uacomment", "<text>", "Remark in the name under which other peers see this node"),
    no_effect(flag("blocksonly", "0", "Ask peers for no transactions"), kNotYet),
    no_effect(flag("fixedseeds", "1", "Use built-in addresses where DNS seeds do not answer"),
              "no addresses are built in"),
    no_effect(flag("discover", "1", "Find out the addresses of this machine"), "own addresses are not advertised"),
    no_effect(list("externalip", "<ip>", "An address of this machine"), "own addresses are not advertised"),
    no_effect(flag("natpmp", "1", "Ask the router to forward the port"), "this version maps no ports"),
    no_effect(flag("listenonion", "1", "Create a Tor service"), kDirectOnly),
    no_effect(text("torcontrol", "<ip>:<port>", "Tor's control port"), kDirectOnly),
    no_effect(with(text("torpassword", "<pass>", "Password of Tor's control port"), trait::kSecret), kDirectOnly),
    flag("v2transport", "1", "Encrypt connections (BIP324) where the peer can"),
    no_effect(flag("i2pacceptincoming", "1", "Accept connections over I2P"), kDirectOnly),
    no_effect(flag("cjdnsreachable", "0", "The CJDNS network can be reached"), kDirectOnly),
    no_effect(flag("proxyrandomize", "1", "New credentials for each proxied connection"), kDirectOnly),
    no_effect(number("bantime", "86400", "Seconds that a ban lasts"), "this version keeps no list of bans"),
    no_effect(text("asmap", "<file>", "Map of autonomous systems"), kNoAddresses),
    no_effect(within(number("inboundrelaypercent", "50", "Share of inbound peers that get transactions"), 0, 100),
              kNotYet),
    no_effect(flag("txreconciliation", "0", "Announce transactions in sets (BIP330)"), kNotYet),
    unavailable(with(list("proxy", "<ip>[:port]", "Connect through a SOCKS5 proxy"), trait::kNeedsValue), kDirectOnly),
    unavailable(text("onion", "<ip>[:port]", "Reach Tor peers through this proxy"), kDirectOnly),
    unavailable(text("i2psam", "<ip:port>", "Reach I2P peers through this proxy"), kDirectOnly),
    unavailable(list("onlynet", "<net>", "Make connections to one kind of network only"),
                "peers are named by -connect and -addnode"),
    unavailable(text("maxuploadtarget", "<n>", "Bytes to send in a day at most"),
                "this version does not limit uploads"),
    unavailable(flag("peerblockfilters", "0", "Serve compact block filters (BIP157)"),
                "this version has no optional indexes"),
    unavailable(flag("peerbloomfilters", "0", "Serve bloom filters (BIP37)"), kNotYet),
    unavailable(flag("privatebroadcast", "0", "Send own transactions over Tor or I2P only"), kNotYet),
    unavailable(list("whitebind", "<[permissions@]addr>", "Listen here and grant permissions"),
                "this version grants no permissions to peers"),
    no_effect(list("whitelist", "<[permissions@]net>", "Grant permissions to peers from here"),
              "this version grants no permissions to peers"),
    no_effect(flag("whitelistforcerelay", "0", "Permission of whitelisted peers"), kNotYet),
    no_effect(flag("whitelistrelay", "1", "Permission of whitelisted peers"), kNotYet),
};

constexpr std::array kRpc{
    for_program(flag("server", "1", "Answer JSON-RPC requests"), Program::both),
    for_program(
        with(within(number("rpcport", "",
                           "Port of the RPC server (8332, testnet3 18332, testnet4 48332, signet 38332, regtest "
                           "18443)"),
                    1, 65'535),
             trait::kNetworkOnly),
        Program::both),
    with(list("rpcbind", "<addr>[:port]",
              "Address of the RPC server (default: 127.0.0.1 and ::1). Ignored unless -rpcallowip is there too"),
         trait::kNetworkOnly),
    list("rpcallowip", "<net>", "Who may ask besides this machine: an address, address/bits or address/mask"),
    for_program(with(text("rpcuser", "<user>", "User name of the RPC server"), trait::kSecret), Program::both),
    for_program(with(text("rpcpassword", "<pw>", "Password of the RPC server; without it a cookie file is written"),
                     trait::kSecret),
                Program::both),
    with(list("rpcauth", "<user>:<salt>$<hash>", "User name and hashed password of the RPC server"), trait::kSecret),
    for_program(
        path("rpccookiefile", "<file>", "The cookie file, relative to the chain's directory (default: .cookie)"),
        Program::both),
    text("rpccookieperms", "<who>", "Who may read the cookie file: owner, group or all (default: owner)"),
    within(number("rpcthreads", "16", "Threads that answer RPC requests"), 1, 1024),
    with(within(number("rpcworkqueue", "64", "RPC requests that may wait"), 1, 1'000'000), trait::kForTesting),
    with(within(number("rpcservertimeout", "30", "Seconds to wait for a request on an open connection"), 1,
                4'000'000'000),
         trait::kForTesting),
    no_effect(with(flag("rpcdoccheck", "0", "Compare answers with their documentation"), trait::kForTesting),
              "answers are checked by tests"),
    no_effect(with(list("deprecatedrpc", "<method>", "Allow a method that is going away"), trait::kForTesting),
              "no method is going away"),
    list("rpcwhitelist", "<user>:<methods>", "Methods, separated by commas, that a user may call"),
    flag("rpcwhitelistdefault", "", "Users without -rpcwhitelist may call nothing (default: 1 with -rpcwhitelist)"),
    flag("rest", "0", "Answer REST requests, without authentication"),
    unavailable(text("zmqpubhashblock", "<address>", "Publish hashes of blocks"), "this version has no ZeroMQ"),
    unavailable(text("zmqpubhashtx", "<address>", "Publish hashes of transactions"), "this version has no ZeroMQ"),
    unavailable(text("zmqpubrawblock", "<address>", "Publish blocks"), "this version has no ZeroMQ"),
    unavailable(text("zmqpubrawtx", "<address>", "Publish transactions"), "this version has no ZeroMQ"),
    unavailable(text("zmqpubsequence", "<address>", "Publish the sequence of changes"), "this version has no ZeroMQ"),
    no_effect(number("zmqpubhashblockhwm", "1000", "Messages that may wait"), "this version has no ZeroMQ"),
    no_effect(number("zmqpubhashtxhwm", "1000", "Messages that may wait"), "this version has no ZeroMQ"),
    no_effect(number("zmqpubrawblockhwm", "1000", "Messages that may wait"), "this version has no ZeroMQ"),
    no_effect(number("zmqpubrawtxhwm", "1000", "Messages that may wait"), "this version has no ZeroMQ"),
    no_effect(number("zmqpubsequencehwm", "1000", "Messages that may wait"), "this version has no ZeroMQ"),
};

constexpr std::array kClient{
    by_default(text("rpcconnect", "<host>", "Where the node is"), "127.0.0.1"),
    within(number("rpcclienttimeout", "900", "Seconds to wait for an answer, 0 for ever"), 0, 4'000'000'000),
    text("rpcwallet", "<name>", "Wallet that the call is for, where the node has some"),
    flag("named", "0", "Parameters are name=value"),
    flag("getinfo", "0", "Show the state of the node and its chain in a few lines"),
    flag("netinfo", "0", "Show the peers: counts, or with a level of 1 to 4 and perhaps \"outonly\" a line for each"),
    flag("addrinfo", "0", "Show how many addresses of each network the node knows"),
    flag("generate", "0", "Mine blocks to a new address of the wallet: [blocks] [tries]"),
    by_default(text("color", "<when>", "Colours in -getinfo: always, auto or never"), "auto"),
    by_default(text("rpcid", "<id>", "Id of the request, for the node's log"), "1"),
    text("ipcconnect", "<address>", "Not supported: only RPC connects this client to a node"),
    flag("stdin", "0", "Read more parameters from standard input, one a line"),
    flag("stdinrpcpass", "0", "Read the RPC password from standard input"),
    flag("rpcwait", "0", "Wait until the node answers"),
    within(number("rpcwaittimeout", "0", "Seconds that -rpcwait waits, 0 for ever"), 0, 4'000'000'000),
};

}  // namespace

std::span<const Setting> connection_rows() { return kConnection; }
std::span<const Setting> rpc_rows() { return kRpc; }
std::span<const Setting> client_rows() { return kClient; }

}  // namespace keel::settings
