#include "engine/store/coin_format.hpp"

#include <bit>

#include "base/assert.hpp"
#include "base/endian.hpp"
#include "crypto/secp.hpp"

namespace keel::store {

namespace {

// Script templates with a packed form. The numbers are on disk.
enum Template : std::uint64_t {
    pubkey_hash = 0,
    script_hash = 1,
    even_key = 2,
    odd_key = 3,
    even_long_key = 4,
    odd_long_key = 5
};
constexpr std::uint64_t kTemplates = 6;

constexpr std::byte kDup{0x76};
constexpr std::byte kHash160{0xa9};
constexpr std::byte kEqual{0x87};
constexpr std::byte kEqualVerify{0x88};
constexpr std::byte kCheckSig{0xac};
constexpr std::byte kReturn{0x6a};

constexpr std::size_t kShortKey = 33;
constexpr std::size_t kLongKey = 65;

constexpr std::array<std::size_t, kTemplates> kPayloadSize = {20, 20, 32, 32, 32, 32};
constexpr std::array<std::size_t, kTemplates> kScriptSize = {25, 23, 35, 35, 67, 67};

struct PackedScript {
    Template kind;
    ByteSpan payload;
};

bool is_pubkey_hash(ByteSpan s) {
    return s.size() == 25 && s[0] == kDup && s[1] == kHash160 && s[2] == std::byte{20} && s[23] == kEqualVerify &&
           s[24] == kCheckSig;
}

bool is_script_hash(ByteSpan s) {
    return s.size() == 23 && s[0] == kHash160 && s[1] == std::byte{20} && s[22] == kEqual;
}

std::optional<PackedScript> pack_script(ByteSpan s) {
    if (is_pubkey_hash(s)) {
        return PackedScript{pubkey_hash, s.subspan(3, 20)};
    }
    if (is_script_hash(s)) {
        return PackedScript{script_hash, s.subspan(2, 20)};
    }
    if (s.size() == kShortKey + 2 && s[0] == std::byte{kShortKey} && s.back() == kCheckSig &&
        (s[1] == std::byte{2} || s[1] == std::byte{3})) {
        return PackedScript{s[1] == std::byte{2} ? even_key : odd_key, s.subspan(2, 32)};
    }
    // Only a point on the curve can be restored from its x coordinate.
    if (s.size() == kLongKey + 2 && s[0] == std::byte{kLongKey} && s.back() == kCheckSig && s[1] == std::byte{4} &&
        crypto::is_valid_public_key(s.subspan(1, kLongKey))) {
        const bool odd = (s[kLongKey] & std::byte{1}) != std::byte{0};
        return PackedScript{odd ? odd_long_key : even_long_key, s.subspan(2, 32)};
    }
    return std::nullopt;
}

void copy_to(MutableByteSpan out, std::size_t at, ByteSpan from) {
    std::memcpy(out.data() + at, from.data(), from.size());
}

bool unpack_long_key(std::uint64_t kind, ByteSpan x, MutableByteSpan script) {
    std::array<std::byte, kShortKey> key;
    key[0] = static_cast<std::byte>(kind - 2);
    copy_to(key, 1, x);
    const auto point = crypto::decompress_public_key(key);
    if (!point) {
        return false;
    }
    script[0] = std::byte{kLongKey};
    copy_to(script, 1, *point);
    script[kLongKey + 1] = kCheckSig;
    return true;
}

// Output index in the key: one byte below kIndex16, else this mark and 2 or 4 bytes big endian.
constexpr std::uint32_t kIndex16 = 0xFC;
constexpr std::uint32_t kIndex32 = 0xFD;

}  // namespace

std::vector<std::string> coin_families() { return {"coins", "meta"}; }

CoinKey::CoinKey(const OutPoint& outpoint) {
    std::memcpy(bytes_.data(), outpoint.txid.bytes.data(), 32);
    std::byte* index = &bytes_[32];
    if (outpoint.index < kIndex16) {
        *index = static_cast<std::byte>(outpoint.index);
        size_ = 33;
    } else if (outpoint.index <= 0xFFFF) {
        *index = std::byte{kIndex16};
        store_be(index + 1, static_cast<std::uint16_t>(outpoint.index));
        size_ = 35;
    } else {
        *index = std::byte{kIndex32};
        store_be(index + 1, outpoint.index);
        size_ = 37;
    }
}

std::optional<OutPoint> decode_coin_key(ByteSpan key) {
    if (key.size() < 33) {
        return std::nullopt;
    }
    OutPoint out;
    out.txid = Txid::from(key.data());
    const auto first = std::to_integer<std::uint32_t>(key[32]);
    if (first < kIndex16) {
        out.index = first;
    } else if (first == kIndex16 && key.size() == 35) {
        out.index = load_be<std::uint16_t>(&key[33]);
    } else if (first == kIndex32 && key.size() == 37) {
        out.index = load_be<std::uint32_t>(&key[33]);
    }
    return equal(CoinKey(out).span(), key) ? std::optional(out) : std::nullopt;
}

std::uint64_t compress_amount(std::uint64_t satoshi) {
    if (satoshi == 0) {
        return 0;
    }
    std::uint64_t exponent = 0;
    while (satoshi % 10 == 0 && exponent < 9) {
        satoshi /= 10;
        ++exponent;
    }
    if (exponent == 9) {
        return 1 + (satoshi - 1) * 10 + 9;
    }
    const std::uint64_t digit = satoshi % 10;
    return 1 + (satoshi / 10 * 9 + digit - 1) * 10 + exponent;
}

std::uint64_t decompress_amount(std::uint64_t code) {
    if (code == 0) {
        return 0;
    }
    --code;
    std::uint64_t exponent = code % 10;
    code /= 10;
    std::uint64_t satoshi = exponent == 9 ? code + 1 : code / 9 * 10 + code % 9 + 1;
    for (; exponent > 0; --exponent) {
        satoshi *= 10;
    }
    return satoshi;
}

void write_varint(Bytes& out, std::uint64_t value) {
    std::array<std::byte, 10> groups;
    std::size_t at = groups.size();
    groups[--at] = static_cast<std::byte>(value & 0x7F);
    while (value > 0x7F) {
        value = (value >> 7U) - 1;
        groups[--at] = static_cast<std::byte>(0x80 | (value & 0x7F));
    }
    append(out, ByteSpan(groups).subspan(at));
}

std::uint64_t read_varint(Reader& in) {
    std::uint64_t value = 0;
    while (in.ok()) {
        const auto group = in.read<std::uint8_t>();
        if (value > (~std::uint64_t{0} >> 7U)) {
            break;
        }
        value = (value << 7U) | (group & 0x7FU);
        if ((group & 0x80U) == 0) {
            return in.ok() ? value : 0;
        }
        if (value == ~std::uint64_t{0}) {
            break;
        }
        ++value;
    }
    in.fail(primitives::DecodeError::size_too_large);
    return 0;
}

void write_compressed_output(Bytes& out, Amount value, ByteSpan script) {
    write_varint(out, compress_amount(static_cast<std::uint64_t>(value.satoshi())));
    if (const auto packed = pack_script(script)) {
        write_varint(out, packed->kind);
        append(out, packed->payload);
    } else {
        write_varint(out, script.size() + kTemplates);
        append(out, script);
    }
}

PackedOutput read_packed_output(Reader& in) {
    PackedOutput out;
    out.value = Amount(std::bit_cast<std::int64_t>(decompress_amount(read_varint(in))));
    out.kind = read_varint(in);
    if (!in.ok()) {
        return {};
    }
    if (out.kind < kTemplates) {
        out.payload = in.take(kPayloadSize[out.kind]);
        out.script_size = kScriptSize[out.kind];
        return out;
    }
    const std::uint64_t size = out.kind - kTemplates;
    if (size > in.remaining()) {
        in.fail(primitives::DecodeError::truncated);
        return {};
    }
    out.payload = in.take(static_cast<std::size_t>(size));
    if (size > kMaxScriptBytes) {
        static constexpr std::array kUnspendable = {kReturn};
        out.payload = kUnspendable;
    }
    out.script_size = out.payload.size();
    return out;
}

bool unpack_script(const PackedOutput& output, MutableByteSpan script) {
    KEEL_ASSERT(script.size() == output.script_size);
    switch (output.kind) {
        case pubkey_hash:
            script[0] = kDup;
            script[1] = kHash160;
            script[2] = std::byte{20};
            copy_to(script, 3, output.payload);
            script[23] = kEqualVerify;
            script[24] = kCheckSig;
            return true;
        case script_hash:
            script[0] = kHash160;
            script[1] = std::byte{20};
            copy_to(script, 2, output.payload);
            script[22] = kEqual;
            return true;
        case even_key:
        case odd_key:
            script[0] = std::byte{kShortKey};
            script[1] = static_cast<std::byte>(output.kind);
            copy_to(script, 2, output.payload);
            script[34] = kCheckSig;
            return true;
        case even_long_key:
        case odd_long_key: return unpack_long_key(output.kind, output.payload, script);
        default: std::ranges::copy(output.payload, script.begin()); return true;
    }
}

void encode_coin(Bytes& out, const CoinView& coin) {
    write_varint(out, static_cast<std::uint64_t>(coin.height.value()) * 2 + (coin.coinbase ? 1 : 0));
    write_compressed_output(out, coin.value, coin.script);
}

std::optional<PackedCoin> read_packed_coin(ByteSpan value) {
    Reader in(value);
    const std::uint64_t code = read_varint(in);
    const PackedOutput output = read_packed_output(in);
    in.expect_end();
    if (!in.ok() || code > 0xFFFFFFFF || !output.value.is_valid()) {
        return std::nullopt;
    }
    return PackedCoin{Height(static_cast<std::int32_t>(code / 2)), code % 2 != 0, output};
}

std::optional<Coin> decode_coin(ByteSpan value) {
    const auto packed = read_packed_coin(value);
    if (!packed) {
        return std::nullopt;
    }
    Coin coin{packed->output.value, packed->height, packed->coinbase, Bytes(packed->output.script_size)};
    return unpack_script(packed->output, coin.script) ? std::optional(std::move(coin)) : std::nullopt;
}

ByteSpan coin_state_key() { return as_bytes("state"); }

Bytes encode_coin_state(const CoinState& state) {
    Bytes out;
    Writer writer(out);
    writer.write(std::uint8_t{1});
    writer.write_hash(state.best_block);
    writer.write(state.height.value());
    writer.write(state.generation);
    writer.write(state.coins);
    return out;
}

std::optional<CoinState> decode_coin_state(ByteSpan value) {
    Reader in(value);
    const auto version = in.read<std::uint8_t>();
    CoinState state;
    state.best_block = in.read_hash<BlockHash>();
    state.height = Height(in.read<std::int32_t>());
    state.generation = in.read<std::uint64_t>();
    state.coins = in.read<std::uint64_t>();
    in.expect_end();
    return in.ok() && version == 1 && state.height.value() >= 0 ? std::optional(state) : std::nullopt;
}

Result<std::optional<CoinState>, KvError> read_coin_state(const Kv& coins) {
    KEEL_TRY(const auto value, coins.get(kCoinMetaFamily, coin_state_key()));
    if (!value) {
        return std::nullopt;
    }
    const auto state = decode_coin_state(*value);
    if (!state) {
        return Failure(KvError{KvFault::corrupt, "The coin database has a damaged state record."});
    }
    return state;
}

}  // namespace keel::store
