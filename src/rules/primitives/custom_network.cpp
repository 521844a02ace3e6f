#include "rules/primitives/custom_network.hpp"

#include <charconv>
#include <functional>
#include <set>

#include "base/hex.hpp"
#include "rules/primitives/genesis.hpp"

namespace keel::primitives {

namespace {

constexpr std::uint32_t kNonceHintMax = 200'000;  // hashes tried for the hint: a fraction of a second
constexpr std::string_view kBlanks = " \t\r";

using Outcome = Result<void, std::string>;

std::unexpected<std::string> wrong(std::string reason) { return std::unexpected(std::move(reason)); }

// Everything read so far; finished and checked as a whole at the end.
struct Draft {
    Params params;
    GenesisSpec genesis;
    std::string genesis_text;
    Bytes genesis_raw;
    std::map<std::string, int, std::less<>> lines;  // of the keys that were given
};

std::string_view trim(std::string_view text) {
    const auto begin = text.find_first_not_of(kBlanks);
    if (begin == std::string_view::npos) {
        return {};
    }
    return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

Result<std::int64_t, std::string> read_number(std::string_view text, std::int64_t low, std::int64_t high) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value < low || value > high) {
        return wrong("must be a whole number from " + std::to_string(low) + " to " + std::to_string(high));
    }
    return value;
}

Result<Bytes, std::string> read_hex(std::string_view text, std::size_t low, std::size_t high) {
    auto bytes = from_hex(text);
    if (bytes && bytes->size() >= low && bytes->size() <= high) {
        return *std::move(bytes);
    }
    if (low == high) {
        return wrong("must be " + std::to_string(2 * low) + " hexadecimal digits");
    }
    return wrong("must be hexadecimal, " + std::to_string(low) + " to " + std::to_string(high) + " bytes");
}

Outcome read_name(std::string_view text, std::string& out) {
    const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_'; };
    if (text.empty() || text.size() > 32 || !std::ranges::all_of(text, plain)) {
        return wrong("must be 1 to 32 lower-case letters, digits, '-' or '_'");
    }
    out = text;
    return {};
}

template <class T>
Outcome number_into(std::string_view text, T& out, std::int64_t low, std::int64_t high) {
    KEEL_TRY(const std::int64_t value, read_number(text, low, high));
    out = static_cast<T>(value);
    return {};
}

Outcome height_into(std::string_view text, Height& out) {
    std::int32_t value = 0;
    KEEL_CHECK(number_into(text, value, 0, std::numeric_limits<std::int32_t>::max()));
    out = Height(value);
    return {};
}

Outcome flag_into(std::string_view text, bool& out) {
    if (text != "yes" && text != "no") {
        return wrong("must be yes or no");
    }
    out = text == "yes";
    return {};
}

Outcome four_into(std::string_view text, std::array<std::byte, 4>& out) {
    KEEL_TRY(const Bytes bytes, read_hex(text, 4, 4));
    std::ranges::copy(bytes, out.begin());
    return {};
}

Outcome u256_into(std::string_view text, U256& out) {
    const auto hash = hash_from_hex<RawHash>(text);
    if (!hash) {
        return wrong("must be 64 hexadecimal digits");
    }
    out = U256::from_le(hash->bytes);
    return {};
}

Outcome bytes_into(std::string_view text, Bytes& out, std::size_t low, std::size_t high) {
    KEEL_TRY(out, read_hex(text, low, high));
    return {};
}

std::vector<std::string_view> words_of(std::string_view text) {
    std::vector<std::string_view> out;
    while (!(text = trim(text)).empty()) {
        const auto end = std::min(text.find_first_of(kBlanks), text.size());
        out.push_back(text.substr(0, end));
        text.remove_prefix(end);
    }
    return out;
}

Outcome read_start(std::string_view text, std::int64_t& out) {
    if (text == "always") {
        out = Deployment::kAlwaysActive;
        return {};
    }
    if (text == "never") {
        out = Deployment::kNeverActive;
        return {};
    }
    return number_into(text, out, 0, std::numeric_limits<std::uint32_t>::max());
}

// name bit start timeout [minimum height [period threshold]]
Outcome add_deployment(Draft& draft, std::string_view text) {
    const auto words = words_of(text);
    if (words.size() != 4 && words.size() != 5 && words.size() != 7) {
        return wrong("must be: name bit start timeout [minimum-height [period threshold]]");
    }
    Deployment d;
    d.name = words[0];
    KEEL_CHECK(number_into(words[1], d.bit, 0, 28));
    KEEL_CHECK(read_start(words[2], d.start_time));
    if (words[3] != "never") {
        KEEL_CHECK(number_into(words[3], d.timeout, 0, std::numeric_limits<std::uint32_t>::max()));
    }
    if (words.size() >= 5) {
        KEEL_CHECK(height_into(words[4], d.min_activation_height));
    }
    if (words.size() == 7) {
        KEEL_CHECK(number_into(words[5], d.period, 1, 1'000'000));
        KEEL_CHECK(number_into(words[6], d.threshold, 1, d.period));
    }
    for (const Deployment& other : draft.params.deployments) {
        if (other.bit == d.bit || other.name == d.name) {
            return wrong("repeats the name or bit of deployment " + other.name);
        }
    }
    draft.params.deployments.push_back(std::move(d));
    return {};
}

Outcome add_seed(Draft& draft, std::string_view text) {
    draft.params.dns_seeds.emplace_back(text);
    return {};
}

struct Key {
    std::string_view name;
    std::function<Outcome(Draft&, std::string_view)> read;
    bool repeatable = false;
};

// Every key there is; docs/custom-network.md describes them in the same order.
const std::vector<Key>& keys() {
    constexpr std::int64_t kU32Max = std::numeric_limits<std::uint32_t>::max();
    constexpr std::int64_t kI32Max = std::numeric_limits<std::int32_t>::max();
    using Text = std::string_view;
    static const std::vector<Key> kTable = {
        {"name", [](Draft& d, Text t) { return read_name(t, d.params.name); }},
        {"directory", [](Draft& d, Text t) { return read_name(t, d.params.directory); }},
        {"magic", [](Draft& d, Text t) { return four_into(t, d.params.magic); }},
        {"port", [](Draft& d, Text t) { return number_into(t, d.params.default_port, 1, 65535); }},
        {"rpc_port", [](Draft& d, Text t) { return number_into(t, d.params.rpc_port, 1, 65535); }},
        {"dns_seed", add_seed, true},
        {"genesis.time", [](Draft& d, Text t) { return number_into(t, d.genesis.time, 0, kU32Max); }},
        {"genesis.nonce", [](Draft& d, Text t) { return number_into(t, d.genesis.nonce, 0, kU32Max); }},
        {"genesis.bits",
         [](Draft& d, Text t) -> Outcome {
             std::array<std::byte, 4> bytes;
             KEEL_CHECK(four_into(t, bytes));
             d.genesis.bits = CompactTarget(load_be<std::uint32_t>(bytes.data()));
             return {};
         }},
        {"genesis.version", [](Draft& d, Text t) { return number_into(t, d.genesis.version, 1, kI32Max); }},
        {"genesis.reward",
         [](Draft& d, Text t) -> Outcome {
             KEEL_TRY(const std::int64_t satoshi, read_number(t, 0, kMaxMoney.satoshi()));
             d.genesis.reward = Amount(satoshi);
             return {};
         }},
        {"genesis.text",
         [](Draft& d, Text t) -> Outcome {
             if (t.empty() || t.size() > 80) {
                 return wrong("must be 1 to 80 bytes long");
             }
             d.genesis_text = t;
             return {};
         }},
        {"genesis.pubkey", [](Draft& d, Text t) { return bytes_into(t, d.genesis.pubkey, 1, 75); }},
        {"genesis.raw", [](Draft& d, Text t) { return bytes_into(t, d.genesis_raw, Header::kSize, kMaxBlockBytes); }},
        {"pow.limit", [](Draft& d, Text t) { return u256_into(t, d.params.pow.limit); }},
        {"pow.spacing", [](Draft& d, Text t) { return number_into(t, d.params.pow.target_spacing, 1, kI32Max); }},
        {"pow.timespan", [](Draft& d, Text t) { return number_into(t, d.params.pow.target_timespan, 1, kI32Max); }},
        {"pow.min_difficulty", [](Draft& d, Text t) { return flag_into(t, d.params.pow.allow_min_difficulty); }},
        {"pow.no_retarget", [](Draft& d, Text t) { return flag_into(t, d.params.pow.no_retargeting); }},
        {"pow.timewarp_rule", [](Draft& d, Text t) { return flag_into(t, d.params.pow.enforce_timewarp_rule); }},
        {"pow.minimum_chain_work", [](Draft& d, Text t) { return u256_into(t, d.params.minimum_chain_work); }},
        {"halving_interval", [](Draft& d, Text t) { return number_into(t, d.params.halving_interval, 1, kI32Max); }},
        {"height.bip34", [](Draft& d, Text t) { return height_into(t, d.params.buried.bip34); }},
        {"height.bip65", [](Draft& d, Text t) { return height_into(t, d.params.buried.bip65); }},
        {"height.bip66", [](Draft& d, Text t) { return height_into(t, d.params.buried.bip66); }},
        {"height.csv", [](Draft& d, Text t) { return height_into(t, d.params.buried.csv); }},
        {"height.segwit", [](Draft& d, Text t) { return height_into(t, d.params.buried.segwit); }},
        {"deployment", add_deployment, true},
        {"signet.challenge", [](Draft& d, Text t) { return bytes_into(t, d.params.signet_challenge, 1, 10'000); }},
        {"address.pubkey_hash", [](Draft& d, Text t) { return number_into(t, d.params.prefixes.pubkey_hash, 0, 255); }},
        {"address.script_hash", [](Draft& d, Text t) { return number_into(t, d.params.prefixes.script_hash, 0, 255); }},
        {"address.secret_key", [](Draft& d, Text t) { return number_into(t, d.params.prefixes.secret_key, 0, 255); }},
        {"address.ext_public", [](Draft& d, Text t) { return four_into(t, d.params.prefixes.ext_public); }},
        {"address.ext_secret", [](Draft& d, Text t) { return four_into(t, d.params.prefixes.ext_secret); }},
        {"address.bech32", [](Draft& d, Text t) { return read_name(t, d.params.prefixes.bech32_hrp); }},
        {"mine_on_demand", [](Draft& d, Text t) { return flag_into(t, d.params.mine_on_demand); }},
        {"prune_after_height", [](Draft& d, Text t) { return height_into(t, d.params.prune_after_height); }},
    };
    return kTable;
}

Draft defaults() {
    Draft draft;
    Params& p = draft.params;
    p.network = Network::custom;
    p.buried = regtest_params().buried;
    p.prefixes = regtest_params().prefixes;
    p.prefixes.bech32_hrp.clear();
    p.prune_after_height = Height(1000);
    p.header_sync = regtest_params().header_sync;
    return draft;
}

Result<void, CustomNetworkError> read_line(Draft& draft, std::string_view line, int number) {
    line = trim(line.substr(0, line.find('#')));
    if (line.empty()) {
        return {};
    }
    const auto equals = line.find('=');
    if (equals == std::string_view::npos) {
        return std::unexpected(CustomNetworkError{number, "must have the form: key = value"});
    }
    const std::string name(trim(line.substr(0, equals)));
    const auto key = std::ranges::find(keys(), std::string_view(name), &Key::name);
    if (key == keys().end()) {
        return std::unexpected(CustomNetworkError{number, "there is no key called " + name});
    }
    const auto [first, fresh] = draft.lines.emplace(name, number);
    if (!fresh && !key->repeatable) {
        return std::unexpected(
            CustomNetworkError{number, name + " was given before, in line " + std::to_string(first->second)});
    }
    if (const Outcome outcome = key->read(draft, trim(line.substr(equals + 1))); !outcome) {
        return std::unexpected(CustomNetworkError{number, name + " " + outcome.error()});
    }
    return {};
}

// The line of a key, or 0 where it kept its default.
std::unexpected<CustomNetworkError> at(const Draft& draft, std::string_view key, std::string reason) {
    const auto line = draft.lines.find(key);
    return std::unexpected(CustomNetworkError{line == draft.lines.end() ? 0 : line->second, std::move(reason)});
}

// The target of a compact form whose sign bit is clear; zero where it does not fit 256 bits.
U256 target_of(CompactTarget bits) {
    const unsigned exponent = bits.value() >> 24U;
    const U256 mantissa(bits.value() & 0x7F'FFFFU);
    if (exponent <= 3) {
        return mantissa >> (8 * (3 - exponent));
    }
    return mantissa.bit_width() + 8 * (exponent - 3) > 256 ? U256{} : mantissa << (8 * (exponent - 3));
}

bool meets(const Header& header, const U256& target) { return U256::from_le(header.hash().bytes) <= target; }

std::string nonce_hint(Header header, const U256& target) {
    for (header.nonce = 0; header.nonce < kNonceHintMax; ++header.nonce) {
        if (meets(header, target)) {
            return "; nonce " + std::to_string(header.nonce) + " does";
        }
    }
    return {};
}

Result<void, CustomNetworkError> finish_genesis(Draft& draft) {
    Params& p = draft.params;
    std::string_view key = "genesis.nonce";
    if (draft.lines.contains("genesis.raw")) {
        key = "genesis.raw";
        auto block = Block::parse(draft.genesis_raw);
        if (!block) {
            return at(draft, key, std::string("genesis.raw is not a block: ") + describe(block.error()));
        }
        p.genesis = *std::move(block);
    } else {
        for (const auto* needed : {"genesis.time", "genesis.nonce", "genesis.bits", "genesis.text", "genesis.pubkey"}) {
            if (!draft.lines.contains(needed)) {
                return at(draft, "", std::string(needed) + " is missing (or give genesis.raw)");
            }
        }
        draft.genesis.text = draft.genesis_text;
        p.genesis = make_genesis(draft.genesis);
    }
    const Header& header = p.genesis->header();
    const U256 target = target_of(header.bits);
    if ((header.bits.value() & 0x80'0000U) != 0 || target.is_zero() || target > p.pow.limit) {
        return at(draft, key == "genesis.raw" ? key : "genesis.bits",
                  "the genesis block's target must be above zero and at most pow.limit");
    }
    if (!meets(header, target)) {
        return at(draft, key, "the genesis block does not meet its own proof of work" + nonce_hint(header, target));
    }
    return {};
}

Result<void, CustomNetworkError> finish_names(Draft& draft) {
    Params& p = draft.params;
    for (const Params* known :
         {&main_params(), &testnet3_params(), &testnet4_params(), &signet_params(), &regtest_params()}) {
        if (p.name == known->name) {
            return at(draft, "name", "name must not be that of a built-in network");
        }
        if (p.magic == known->magic) {
            return at(draft, "magic", "magic must not be that of network " + known->name);
        }
        if (p.directory == known->directory) {
            return at(draft, "directory", "directory must not be that of network " + known->name);
        }
    }
    if (p.default_port == p.rpc_port) {
        return at(draft, "rpc_port", "rpc_port must differ from port");
    }
    return {};
}

Result<Params, CustomNetworkError> finish(Draft draft) {
    Params& p = draft.params;
    p.signet_blocks = !p.signet_challenge.empty();
    if (p.signet_blocks && !draft.lines.contains("magic")) {
        p.magic = signet_magic(p.signet_challenge);
        draft.lines.emplace("magic", draft.lines.at("signet.challenge"));
    }
    for (const auto* needed : {"name", "magic", "port", "rpc_port", "pow.limit", "address.bech32"}) {
        if (!draft.lines.contains(needed)) {
            return at(draft, "", std::string(needed) + " is missing");
        }
    }
    if (p.directory.empty()) {
        p.directory = p.name;
    }
    KEEL_CHECK(finish_names(draft));
    if (p.pow.target_timespan % p.pow.target_spacing != 0) {
        return at(draft, "pow.timespan", "pow.timespan must be a multiple of pow.spacing");
    }
    if (p.prefixes.pubkey_hash == p.prefixes.script_hash) {
        return at(draft, "address.script_hash", "address.script_hash must differ from address.pubkey_hash");
    }
    KEEL_CHECK(finish_genesis(draft));
    return std::move(draft.params);
}

}  // namespace

std::string CustomNetworkError::text() const {
    return line == 0 ? reason : "line " + std::to_string(line) + ": " + reason;
}

Result<Params, CustomNetworkError> parse_custom_network(std::string_view text) {
    Draft draft = defaults();
    for (int number = 1; !text.empty(); ++number) {
        const auto end = std::min(text.find('\n'), text.size());
        KEEL_CHECK(read_line(draft, text.substr(0, end), number));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return finish(std::move(draft));
}

std::vector<std::string_view> custom_network_keys() {
    std::vector<std::string_view> out;
    std::ranges::transform(keys(), std::back_inserter(out), &Key::name);
    return out;
}

}  // namespace keel::primitives
