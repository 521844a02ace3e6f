// Rows: the data directory, files, memory, threads, and which chain.
#include <array>

#include "app/settings/table.hpp"

namespace keel::settings {
namespace {

constexpr std::string_view kNoIndexes = "this version has no optional indexes";
constexpr std::string_view kNoNotify = "this version runs no outside commands";
constexpr std::string_view kOneFormat = "Keel writes no settings file of its own";

constexpr std::array kGeneral{
    flag("help", "0", "Print this text and exit (also -h or -?)"),
    flag("version", "0", "Print the version and exit"),
    for_program(
        path("conf", "<file>",
             "Configuration file; a relative path starts at the data directory. Without it keel.conf is read, or "
             "bitcoin.conf where there is no keel.conf. Command line only"),
        Program::both),
    for_program(with(path("datadir", "<dir>", "Data directory; it must exist when named (default: ~/.keel)"),
                     trait::kNoNegation),
                Program::both),
    for_program(
        list("includeconf", "<file>",
             "Another configuration file, relative to the data directory. Configuration file only, and not from "
             "within an included file"),
        Program::both),
    flag("allowignoredconf", "0",
         "Warn, instead of refusing to start, when the data directory holds a configuration file that is not the one "
         "used"),
    path("blocksdir", "<dir>", "Folder that holds the blocks folder of each chain (default: the data directory)"),
    flag("blocksxor", "1", "Obfuscate block files of a new data directory with a random key"),
    within(number("dbcache", "1024", "Memory for coins and databases together, in MiB"), 4, 1'048'576),
    no_effect(with(number("dbbatchsize", "33554432", "Largest database write, in bytes"), trait::kForTesting),
              "coins are written as one sorted run"),
    within(
        number("par", "0",
               "Threads that verify scripts, the validation thread included: 0 for one per core, -n to leave n cores "
               "free, 1 for the validation thread alone"),
        -1024, 1024),
    no_effect(within(number("prevoutfetchthreads", "8", "Threads that read coins ahead of a block"), 0, 16),
              "the script threads read coins ahead"),
    number("prune", "0", "Delete old block files: 0 never, 1 by RPC only, 550 or more to stay below that many MiB"),
    flag("reindex", "0", "Forget the block index and all coins, and rebuild both from the block files"),
    flag("reindex-chainstate", "0", "Forget all coins and rebuild them from the block files"),
    list("loadblock", "<file>", "Import blocks from this file, or from all block files in this folder, after start"),
    text("assumevalid", "<hex>",
         "Do not check scripts in this block and its ancestors (0: check all; the default depends on the chain)"),
    text("minimumchainwork", "<hex>",
         "Work that a chain must have before it is believed, as a hexadecimal number (the default depends on the "
         "chain)"),
    path("pid", "<file>",
         "File that holds the process number while running, relative to the chain's directory "
         "(default: keeld.pid)"),
    flag("daemon", "0", "Detach from the terminal and run in the background"),
    flag("daemonwait", "0", "As -daemon, and return when the node has started"),
    no_effect(path("settings", "<file>", "File of settings changed while running"), kOneFormat),
    flag("persistmempool", "1", "Keep the transaction pool across restarts"),
    flag("persistmempoolv1", "0", "Write the transaction pool in the old format"),
    unavailable(flag("txindex", "0", "Index of all transactions"), kNoIndexes),
    unavailable(flag("txospenderindex", "0", "Index of what spends an output"), kNoIndexes),
    unavailable(flag("coinstatsindex", "0", "Index of coin statistics"), kNoIndexes),
    unavailable(list("blockfilterindex", "<type>", "Index of compact block filters"), kNoIndexes),
    unavailable(text("alertnotify", "<cmd>", "Command to run on an alert"), kNoNotify),
    unavailable(text("blocknotify", "<cmd>", "Command to run on a new best block"), kNoNotify),
    unavailable(list("startupnotify", "<cmd>", "Command to run at start"), kNoNotify),
    unavailable(list("shutdownnotify", "<cmd>", "Command to run before the stop"), kNoNotify),
};

constexpr std::array kChain{
    for_program(by_default(text("chain", "<chain>", "The chain: main, test, testnet4, signet or regtest"), "main"),
                Program::both),
    for_program(flag("regtest", "0", "The private test chain whose blocks take no work, as -chain=regtest"),
                Program::both),
    for_program(flag("signet", "0", "The signed test chain, as -chain=signet"), Program::both),
    for_program(flag("testnet", "0", "The third public test chain, as -chain=test"), Program::both),
    for_program(flag("testnet4", "0", "The fourth public test chain, as -chain=testnet4"), Program::both),
    for_program(path("customnet", "<file>", "A chain of your own, described by this file (see docs/configuration.md)"),
                Program::both),
    for_program(with(list("signetchallenge", "<hex>", "The script that blocks of your own signet must satisfy"),
                     trait::kNoNegation),
                Program::both),
    with(list("signetseednode", "<host>", "Seed of your own signet, host or host:port"), trait::kNoNegation),
};

}  // namespace

std::span<const Setting> general_rows() { return kGeneral; }
std::span<const Setting> chain_rows() { return kChain; }

}  // namespace keel::settings
