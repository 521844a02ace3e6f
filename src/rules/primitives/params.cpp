#include "rules/primitives/params.hpp"

#include "base/assert.hpp"
#include "base/hex.hpp"
#include "crypto/sha256.hpp"
#include "rules/primitives/genesis.hpp"

namespace keel::primitives {

namespace {

constexpr std::string_view kFirstText = "The Times 03/Jan/2009 Chancellor on brink of second bailout for banks";
constexpr std::string_view kFirstPubkey =
    "04678afdb0fe5548271967f1a67130b7105cd6a828e03909a67962e0ea1f61deb6"
    "49f6bc3f4cef38c4f35504e51ec112de5c384df7ba0b8d578a4c702b6bf11d5f";
constexpr std::string_view kTestnet4Text =
    "03/May/2024 000000000000000000001ebd58c244970b3aa9d783bb001011fbe8ea8e98e00e";
constexpr std::string_view kTestnet4Pubkey = "000000000000000000000000000000000000000000000000000000000000000000";

constexpr std::string_view kSignetChallenge =
    "512103ad5e0edad18cb1f0fc0d28a3d4f1f3e445640337489abb10404f2d1e086be430"
    "210359ef5021964fe22d6f8e05b2463c9540ce96883fe3b278760f048f5189f2e6c452ae";

constexpr std::int64_t kOneDay = std::int64_t{24} * 3600;

// The constants of this file are well-formed.
template <class T>
T checked(std::optional<T> value) {
    KEEL_ASSERT(value);
    return *std::move(value);
}

Bytes bytes(std::string_view hex) { return checked(from_hex(hex)); }
BlockHash block_hash(std::string_view hex) { return checked(hash_from_hex<BlockHash>(hex)); }
U256 number(std::string_view hex) { return U256::from_le(checked(hash_from_hex<RawHash>(hex)).bytes); }

std::array<std::byte, 4> four(std::uint32_t big_endian) {
    std::array<std::byte, 4> out;
    store_be(out.data(), big_endian);
    return out;
}

BlockPtr genesis(const GenesisSpec& spec, std::string_view expected) {
    BlockPtr block = make_genesis(spec);
    KEEL_ASSERT(block->hash() == block_hash(expected));
    return block;
}

GenesisSpec first_genesis(std::uint32_t time, std::uint32_t nonce, std::uint32_t bits) {
    return {
        .time = time, .nonce = nonce, .bits = CompactTarget(bits), .text = kFirstText, .pubkey = bytes(kFirstPubkey)};
}

AddressPrefixes test_prefixes(std::string_view hrp) {
    return {.pubkey_hash = 111,
            .script_hash = 196,
            .secret_key = 239,
            .ext_public = four(0x043587CF),
            .ext_secret = four(0x04358394),
            .bech32_hrp = std::string(hrp)};
}

// Kept for tests of signalling itself; it changes no rule.
Deployment test_dummy(int period, int threshold) {
    return {.name = "testdummy", .bit = 28, .period = period, .threshold = threshold};
}

constexpr BuriedHeights kFromFirstBlock{Height(1), Height(1), Height(1), Height(1), Height(1)};

Params make_main() {
    Params p;
    p.network = Network::main;
    p.name = "main";
    p.magic = four(0xF9BEB4D9);
    p.default_port = 8333;
    p.rpc_port = 8332;
    p.genesis = genesis(first_genesis(1231006505, 2083236893, 0x1D00FFFF),
                        "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f");
    p.pow.limit = number("00000000ffffffffffffffffffffffffffffffffffffffffffffffffffffffff");
    p.buried = {Height(227931), Height(388381), Height(363725), Height(419328), Height(481824)};
    p.bip34_hash = block_hash("000000000000024b89b42a942fe0d9fea3bb44ab7bd1b19115dd6a759c0808b8");
    p.script_flag_exceptions = {
        {block_hash("00000000000002dc756eebf4f49723ed8d30cc28a5f108eb94b1ba88ac4f9c22"), ScriptFlagException::none},
        {block_hash("0000000000000000000f14c35b2d841e986ab5441de8c585d5ffe55ea1e395ad"),
         ScriptFlagException::p2sh_and_witness}};
    p.bip30_exceptions = {
        {Height(91842), block_hash("00000000000a4d0a398161ffc163c503763b1f4360639393e0e4c8e300e0caec")},
        {Height(91880), block_hash("00000000000743f190a18c5577a3c2d2a1f610ae9601ac046a38084ccb7cd721")}};
    p.deployments = {test_dummy(2016, 1815)};
    p.version_warning_from = Height(711648);
    p.minimum_chain_work = number("0000000000000000000000000000000000000001128750f82f4c366153a3a030");
    p.assume_valid = block_hash("00000000000000000000ccebd6d74d9194d8dcdc1d177c478e094bfad51ba5ac");
    p.prefixes = {.pubkey_hash = 0,
                  .script_hash = 5,
                  .secret_key = 128,
                  .ext_public = four(0x0488B21E),
                  .ext_secret = four(0x0488ADE4),
                  .bech32_hrp = "bc"};
    p.header_sync = {641, 15218};
    p.dns_seeds = {"dnsseed.bluematt.me",
                   "seed.bitcoin.jonasschnelli.ch",
                   "seed.btc.petertodd.net",
                   "seed.bitcoin.sprovoost.nl",
                   "dnsseed.emzy.de",
                   "seed.bitcoin.wiz.biz",
                   "seed.mainnet.achownodes.xyz"};
    return p;
}

Params make_testnet3() {
    Params p;
    p.network = Network::testnet3;
    p.name = "test";
    p.directory = "testnet3";
    p.magic = four(0x0B110907);
    p.default_port = 18333;
    p.rpc_port = 18332;
    p.genesis = genesis(first_genesis(1296688602, 414098458, 0x1D00FFFF),
                        "000000000933ea01ad0ee984209779baaec3ced90fa3f408719526f8d77f4943");
    p.pow.limit = number("00000000ffffffffffffffffffffffffffffffffffffffffffffffffffffffff");
    p.pow.allow_min_difficulty = true;
    p.buried = {Height(21111), Height(581885), Height(330776), Height(770112), Height(834624)};
    p.bip34_hash = block_hash("0000000023b3a96d3484e5abb3755c413e7d41500f8e2a5c3f0dd01299cd8ef8");
    p.script_flag_exceptions = {
        {block_hash("00000000dd30457c001f4095d208cc1296b0eed002427aa599874af7a432b105"), ScriptFlagException::none}};
    p.deployments = {test_dummy(2016, 1512)};
    p.version_warning_from = Height(2013984);
    p.minimum_chain_work = number("0000000000000000000000000000000000000000000017dde1c649f3708d14b6");
    p.assume_valid = block_hash("000000007a61e4230b28ac5cb6b5e5a0130de37ac1faf2f8987d2fa6505b67f4");
    p.prefixes = test_prefixes("tb");
    p.prune_after_height = Height(1000);
    p.header_sync = {673, 14460};
    p.dns_seeds = {"testnet-seed.bitcoin.jonasschnelli.ch", "seed.tbtc.petertodd.net", "testnet-seed.bluematt.me",
                   "seed.testnet.achownodes.xyz"};
    return p;
}

Params make_testnet4() {
    Params p;
    p.network = Network::testnet4;
    p.name = "testnet4";
    p.directory = "testnet4";
    p.magic = four(0x1C163F28);
    p.default_port = 48333;
    p.rpc_port = 48332;
    p.genesis = genesis({.time = 1714777860,
                         .nonce = 393743547,
                         .bits = CompactTarget(0x1D00FFFF),
                         .text = kTestnet4Text,
                         .pubkey = bytes(kTestnet4Pubkey)},
                        "00000000da84f2bafbbc53dee25a72ae507ff4914b867c565be350b0da8bf043");
    p.pow.limit = number("00000000ffffffffffffffffffffffffffffffffffffffffffffffffffffffff");
    p.pow.allow_min_difficulty = true;
    p.pow.enforce_timewarp_rule = true;
    p.buried = kFromFirstBlock;
    p.deployments = {test_dummy(2016, 1512)};
    p.minimum_chain_work = number("0000000000000000000000000000000000000000000009a0fe15d0177d086304");
    p.assume_valid = block_hash("0000000002368b1e4ee27e2e85676ae6f9f9e69579b29093e9a82c170bf7cf8a");
    p.prefixes = test_prefixes("tb");
    p.prune_after_height = Height(1000);
    p.header_sync = {606, 16092};
    p.dns_seeds = {"seed.testnet4.bitcoin.sprovoost.nl", "seed.testnet4.wiz.biz"};
    return p;
}

Params make_public_signet() {
    Params p = signet_params_with(bytes(kSignetChallenge));
    p.minimum_chain_work = number("00000000000000000000000000000000000000000000000000000b463ea0a4b8");
    p.assume_valid = block_hash("00000008414aab61092ef93f1aacc54cf9e9f16af29ddad493b908a01ff5c329");
    p.dns_seeds = {"seed.signet.bitcoin.sprovoost.nl", "seed.signet.achownodes.xyz"};
    return p;
}

Params make_regtest() {
    Params p;
    p.network = Network::regtest;
    p.name = "regtest";
    p.directory = "regtest";
    p.magic = four(0xFABFB5DA);
    p.default_port = 18444;
    p.rpc_port = 18443;
    p.genesis = genesis(first_genesis(1296688602, 2, 0x207FFFFF),
                        "0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206");
    p.pow.limit = number("7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff");
    p.pow.target_timespan = kOneDay;
    p.pow.allow_min_difficulty = true;
    p.pow.no_retargeting = true;
    p.halving_interval = 150;
    p.buried = kFromFirstBlock;
    p.buried.segwit = Height(0);
    p.deployments = {test_dummy(144, 108)};
    p.deployments[0].start_time = 0;
    p.prefixes = test_prefixes("bcrt");
    p.mine_on_demand = true;
    p.prune_after_height = Height(1000);
    p.header_sync = {275, 7017};
    return p;
}

}  // namespace

const Params& main_params() {
    static const Params kParams = make_main();
    return kParams;
}

const Params& testnet3_params() {
    static const Params kParams = make_testnet3();
    return kParams;
}

const Params& testnet4_params() {
    static const Params kParams = make_testnet4();
    return kParams;
}

const Params& signet_params() {
    static const Params kParams = make_public_signet();
    return kParams;
}

const Params& regtest_params() {
    static const Params kParams = make_regtest();
    return kParams;
}

Params signet_params_with(Bytes challenge) {
    Params p;
    p.network = Network::signet;
    p.name = "signet";
    p.directory = "signet";
    p.magic = signet_magic(challenge);
    p.default_port = 38333;
    p.rpc_port = 38332;
    p.genesis = genesis(first_genesis(1598918400, 52613770, 0x1E0377AE),
                        "00000008819873e925422c1ff0f99f7cc9bbb232af63a077a480a3633bee1ef6");
    p.pow.limit = number("00000377ae000000000000000000000000000000000000000000000000000000");
    p.buried = kFromFirstBlock;
    p.deployments = {test_dummy(2016, 1815)};
    p.signet_blocks = true;
    p.signet_challenge = std::move(challenge);
    p.prefixes = test_prefixes("tb");
    p.prune_after_height = Height(1000);
    p.header_sync = {620, 15724};
    return p;
}

std::array<std::byte, 4> signet_magic(ByteSpan challenge) {
    Bytes bytes;
    Writer(bytes).write_var_bytes(challenge);
    const RawHash hash = crypto::sha256d(bytes);
    return {hash.bytes[0], hash.bytes[1], hash.bytes[2], hash.bytes[3]};
}

}  // namespace keel::primitives
