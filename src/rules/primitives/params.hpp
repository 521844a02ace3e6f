// What distinguishes one network from another: the constants of consensus and of the peer protocol.
//
// main, testnet3, testnet4, signet and regtest are built in; a custom network comes from a text file
// (custom_network.hpp). Values are those every node of the network must share. Immutable after start; passed as `const
// Params&`.
#pragma once

#include <limits>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "base/u256.hpp"
#include "rules/primitives/block.hpp"

namespace keel::primitives {

enum class Network : std::uint8_t { main, testnet3, testnet4, signet, regtest, custom };

// BIP9 deployments that still run by signalling. Everything older is buried: active from a fixed height.
struct Deployment {
    static constexpr std::int64_t kAlwaysActive = -1;
    static constexpr std::int64_t kNeverActive = -2;
    static constexpr std::int64_t kNoTimeout = std::numeric_limits<std::int64_t>::max();

    std::string name;
    int bit = 0;                             // 0 to 28
    std::int64_t start_time = kNeverActive;  // median time past; or one of the two marks above
    std::int64_t timeout = kNoTimeout;       // median time past
    Height min_activation_height{0};         // BIP341-style delayed activation
    int period = 2016;                       // blocks
    int threshold = 1815;                    // signalling blocks in a period that lock it in
};

// Heights from which buried rules are in force.
struct BuriedHeights {
    Height bip34;   // height in coinbase
    Height bip65;   // OP_CHECKLOCKTIMEVERIFY
    Height bip66;   // strict DER
    Height csv;     // BIP68, 112, 113
    Height segwit;  // BIP141, 143, 147
};

struct ProofOfWorkParams {
    U256 limit;                                     // largest target allowed
    std::int64_t target_spacing = 600;              // seconds between blocks
    std::int64_t target_timespan = 14 * 24 * 3600;  // seconds between retargets
    bool allow_min_difficulty = false;              // testnet: a late block may have the limit as its target
    bool enforce_timewarp_rule = false;             // BIP94 (testnet4)
    bool no_retargeting = false;                    // regtest

    [[nodiscard]] std::int64_t interval() const { return target_timespan / target_spacing; }
};

// Script checks start from BIP16, BIP141 and BIP341 rules for every block of the chain (no earlier block breaks them)
// except these few, which start from less. Rules with a buried height are added by height as for any other block.
enum class ScriptFlagException : std::uint8_t {
    none,              // the block that spends a P2SH output in the old way
    p2sh_and_witness,  // the block that spends a taproot output as anyone-can-spend
};

// Sizes of the low-work header pre-sync: one bit of commitment per `commitment_period` headers, and so many headers
// buffered in the second pass before the first is released.
struct HeaderSyncParams {
    int commitment_period = 0;
    int redownload_buffer_size = 0;
};

struct AddressPrefixes {
    std::uint8_t pubkey_hash = 0;
    std::uint8_t script_hash = 0;
    std::uint8_t secret_key = 0;
    std::array<std::byte, 4> ext_public{};
    std::array<std::byte, 4> ext_secret{};
    std::string bech32_hrp;
};

struct Params {
    Network network = Network::main;
    std::string name;       // "main", "test", "testnet4", "signet", "regtest", as RPC shows it
    std::string directory;  // below the data directory; empty for main
    std::array<std::byte, 4> magic{};
    std::uint16_t default_port = 0;
    std::uint16_t rpc_port = 0;
    BlockPtr genesis;
    ProofOfWorkParams pow;
    std::int32_t halving_interval = 210'000;
    BuriedHeights buried;
    BlockHash bip34_hash;  // of the block at buried.bip34; zero where BIP30 is checked always
    std::map<BlockHash, ScriptFlagException> script_flag_exceptions;
    std::vector<std::pair<Height, BlockHash>> bip30_exceptions;  // may overwrite unspent coinbases
    std::vector<Deployment> deployments;
    Height version_warning_from{0};  // headers below do not count towards warnings about unknown deployments
    U256 minimum_chain_work;
    BlockHash assume_valid;      // zero: none
    bool signet_blocks = false;  // BIP325
    Bytes signet_challenge;
    AddressPrefixes prefixes;
    bool mine_on_demand = false;  // regtest: generatetoaddress makes sense
    Height prune_after_height{100'000};
    HeaderSyncParams header_sync;
    std::vector<std::string> dns_seeds;
};

const Params& main_params();
const Params& testnet3_params();
const Params& testnet4_params();
const Params& regtest_params();
// The public signet; signet_params_with() has another challenge and so another magic (BIP325).
const Params& signet_params();
Params signet_params_with(Bytes challenge);
// BIP325 "Genesis Block and Message Start": the first bytes of the hash of the challenge as a script.
std::array<std::byte, 4> signet_magic(ByteSpan challenge);

}  // namespace keel::primitives
