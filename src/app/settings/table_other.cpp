// Rows: the log, testing, transaction relay, mining, and the wallet that Keel does not have.
#include <array>

#include "app/settings/table.hpp"

namespace keel::settings {
namespace {

constexpr std::string_view kNoPool = "this version has no transaction pool";
constexpr std::string_view kNoWallet = "Keel has no wallet";

constexpr std::array kLog{
    path("debuglogfile", "<file>",
         "The log file, relative to the chain's directory (default: debug.log); "
         "-nodebuglogfile for none"),
    list("debug", "<category>",
         "Log details of a category: all or 1 for every one, none or 0 to forget those named before"),
    list("debugexclude", "<category>", "Log no details of a category, whatever -debug says"),
    with(list("loglevel", "<level>|<category>:<level>", "How much detail -debug shows: info, debug or trace"),
         trait::kNoNegation | trait::kNeedsValue | trait::kForTesting),
    flag("logtimestamps", "1", "Begin each line with the time"),
    with(flag("logtimemicros", "0", "Show times in microseconds"), trait::kForTesting),
    flag("logthreadnames", "0", "Show the thread in each line"),
    no_effect(flag("logsourcelocations", "0", "Show the place in the source in each line"),
              "lines name their thread and category, not their place in the source"),
    flag("loglevelalways", "0", "Show category and level in every line"),
    flag("printtoconsole", "", "Log to standard output too (default: 1, or 0 with -daemon)"),
    flag("shrinkdebugfile", "", "Keep only the end of a large log file at start (default: 1, or 0 with -debug)"),
    no_effect(flag("logips", "0", "Log the addresses of peers"), "peers are logged by number"),
    no_effect(flag("logratelimit", "1", "Log no more than so much in a time"),
              "what a peer can cause is logged with -debug only"),
};

constexpr std::array kTesting{
    with(flag("help-debug", "0", "Print all settings, those for testing too, and exit"), trait::kForTesting),
    with(within(number("mocktime", "0", "Use this time (seconds since 1970) instead of the clock"), 0, 4'294'967'295),
         trait::kForTesting),
    with(
        within(number("maxtipage", "86400", "Seconds that the best block may be old before the node counts as syncing"),
               0, std::numeric_limits<std::int64_t>::max()),
        trait::kForTesting),
    with(within(number("stopatheight", "0", "Stop when the chain has this height"), 0, 0x7fffffff), trait::kForTesting),
    with(flag("stopafterblockimport", "0", "Stop when -loadblock or -reindex is through"), trait::kForTesting),
    with(flag("fastprune", "0", "Small block files, so that pruning can be tested"), trait::kForTesting),
    only_on(with(list("testactivationheight", "<name>@<height>",
                      "Height from which a rule is in force: segwit, bip34, dersig, cltv or csv"),
                 trait::kForTesting),
            Networks::not_main),
    only_on(with(list("vbparams", "<name>:<start>:<end>[:<height>]", "Times of a deployment by version bits"),
                 trait::kForTesting),
            Networks::not_main),
    only_on(with(list("test", "<option>", "An option for tests"), trait::kForTesting), Networks::regtest_only),
    no_effect(with(text("checkblockindex", "<n>", "Check the block index every n changes"), trait::kForTesting),
              "invariants are checked by assertions"),
    no_effect(with(text("checkmempool", "<n>", "Check the transaction pool every n changes"), trait::kForTesting),
              kNoPool),
    no_effect(with(text("checkaddrman", "<n>", "Check the address table every n changes"), trait::kForTesting),
              "this version keeps no table of peer addresses"),
    no_effect(with(number("checkblocks", "6", "Blocks to check at start"), trait::kForTesting),
              "blocks are checked when they are read"),
    no_effect(with(number("checklevel", "3", "How well to check them"), trait::kForTesting),
              "blocks are checked when they are read"),
    no_effect(with(text("checkpoints", "<n>", "Check block hashes at fixed heights"), trait::kForTesting),
              "there are no checkpoints"),
    no_effect(with(number("maxsigcachesize", "32", "Memory for checked signatures, in MiB"), trait::kForTesting),
              kNoPool),
    no_effect(with(flag("printpriority", "0", "Log fee rates when mining"), trait::kForTesting), kNoPool),
    only_on(
        no_effect(with(flag("acceptstalefeeestimates", "0", "Read old fee estimates"), trait::kForTesting), kNoPool),
        Networks::regtest_only),
    unavailable(with(flag("capturemessages", "0", "Write all peer messages to files"), trait::kForTesting),
                "this version does not capture messages"),
    no_effect(with(number("dbcrashratio", "0", "Crash now and then while writing"), trait::kForTesting),
              "crashes are tested from outside"),
    no_effect(with(flag("forcecompactdb", "0", "Compact databases at start"), trait::kForTesting),
              "databases compact themselves"),
};

constexpr std::array kMempool{
    no_effect(number("maxmempool", "300", "Memory for the transaction pool, in MB"), kNoPool),
    no_effect(number("mempoolexpiry", "336", "Hours that a transaction stays in the pool"), kNoPool),
    no_effect(number("blockreconstructionextratxn", "100", "Extra transactions kept to rebuild compact blocks"),
              kNoPool),
    only_on(no_effect(with(flag("acceptnonstdtxn", "0", "Relay unusual transactions"), trait::kForTesting), kNoPool),
            Networks::not_main),
    no_effect(with(number("bytespersigop", "20", "Bytes that one signature check counts for"), trait::kForTesting),
              kNoPool),
    no_effect(flag("datacarrier", "1", "Relay transactions that carry data"), kNoPool),
    no_effect(number("datacarriersize", "100000", "Bytes of data at most"), kNoPool),
    no_effect(flag("permitbaremultisig", "1", "Relay bare multisignature outputs"), kNoPool),
    no_effect(with(text("dustrelayfee", "<amount>", "Fee rate that defines dust"), trait::kForTesting), kNoPool),
    no_effect(with(text("incrementalrelayfee", "<amount>", "Fee rate that a replacement adds"), trait::kForTesting),
              kNoPool),
    no_effect(text("minrelaytxfee", "<amount>", "Lowest fee rate that is relayed"), kNoPool),
    no_effect(with(number("txsendrate", "14", "Transactions sent to a peer in a second"), trait::kForTesting), kNoPool),
    no_effect(with(number("limitancestorcount", "25", "Ancestors in the pool"), trait::kForTesting), kNoPool),
    no_effect(with(number("limitancestorsize", "101", "Size of ancestors in the pool"), trait::kForTesting), kNoPool),
    no_effect(with(number("limitdescendantcount", "25", "Descendants in the pool"), trait::kForTesting), kNoPool),
    no_effect(with(number("limitdescendantsize", "101", "Size of descendants in the pool"), trait::kForTesting),
              kNoPool),
    no_effect(with(number("limitclustercount", "64", "Transactions in a cluster"), trait::kForTesting), kNoPool),
    no_effect(with(number("limitclustersize", "101", "Size of a cluster in kilobytes"), trait::kForTesting), kNoPool),
};

constexpr std::array kMining{
    no_effect(number("blockmaxweight", "4000000", "Weight of blocks made here at most"), kNoPool),
    no_effect(text("blockmintxfee", "<amount>", "Lowest fee rate in blocks made here"), kNoPool),
    no_effect(number("blockreservedweight", "8000", "Weight kept free for the coinbase"), kNoPool),
    no_effect(with(within(number("blockversion", "", "Version of blocks made here"), -0x80000000LL, 0x7fffffff),
                   trait::kForTesting),
              "blocks made here signal what the deployments ask for"),
};

constexpr std::array kWallet{
    no_effect(flag("disablewallet", "0", "Run without a wallet"), kNoWallet),
    no_effect(text("fallbackfee", "<amount>", "Fee rate where none can be estimated"), kNoWallet),
    no_effect(number("keypool", "1000", "Keys made ahead"), kNoWallet),
    no_effect(flag("unsafesqlitesync", "0", "Do not wait for the wallet's disk"), kNoWallet),
    no_effect(text("addresstype", "<type>", "Kind of new addresses"), kNoWallet),
    no_effect(text("changetype", "<type>", "Kind of change addresses"), kNoWallet),
    no_effect(flag("avoidpartialspends", "0", "Spend all coins of an address together"), kNoWallet),
    no_effect(text("consolidatefeerate", "<amount>", "Fee rate below which coins are merged"), kNoWallet),
    no_effect(text("discardfee", "<amount>", "Fee rate below which change is given up"), kNoWallet),
    no_effect(text("maxapsfee", "<amount>", "Extra fee for spending coins together"), kNoWallet),
    no_effect(text("maxtxfee", "<amount>", "Fee of one transaction at most"), kNoWallet),
    no_effect(text("mintxfee", "<amount>", "Lowest fee rate of own transactions"), kNoWallet),
    no_effect(text("paytxfee", "<amount>", "Fee rate of own transactions"), kNoWallet),
    no_effect(text("signer", "<cmd>", "Outside signing program"), kNoWallet),
    no_effect(flag("spendzeroconfchange", "1", "Spend change before it is confirmed"), kNoWallet),
    no_effect(number("txconfirmtarget", "6", "Blocks until own transactions confirm"), kNoWallet),
    no_effect(flag("walletbroadcast", "1", "Send own transactions"), kNoWallet),
    no_effect(flag("walletcrosschain", "0", "Use a wallet of another chain"), kNoWallet),
    no_effect(with(path("walletdir", "<dir>", "Folder of wallets"), trait::kNetworkOnly), kNoWallet),
    no_effect(text("walletnotify", "<cmd>", "Command to run on a wallet transaction"), kNoWallet),
    no_effect(flag("walletrbf", "1", "Own transactions may be replaced"), kNoWallet),
    no_effect(flag("walletrejectlongchains", "1", "Make no long chains of own transactions"), kNoWallet),
    unavailable(with(list("wallet", "<path>", "Wallet to open"), trait::kNetworkOnly), kNoWallet),
};

}  // namespace

std::span<const Setting> log_rows() { return kLog; }
std::span<const Setting> testing_rows() { return kTesting; }
std::span<const Setting> mempool_rows() { return kMempool; }
std::span<const Setting> mining_rows() { return kMining; }
std::span<const Setting> wallet_rows() { return kWallet; }

}  // namespace keel::settings
