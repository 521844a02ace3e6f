#include "engine/chain/coin_record.hpp"

#include <bit>
#include <cstring>

#include "base/assert.hpp"

namespace keel::chain {

namespace {

// Position of what follows the fixed part.
constexpr std::size_t kFixed = 38;

enum Kind : std::uint8_t {
    raw_script,
    pubkey_hash,
    script_hash,
    witness_key,
    witness_script,
    taproot,
    even_key,
    odd_key
};

// A template: bytes before and after the payload.
struct Template {
    std::array<std::uint8_t, 3> prefix;
    std::uint8_t prefix_length;
    std::uint8_t payload_length;
    std::array<std::uint8_t, 2> suffix;
    std::uint8_t suffix_length;

    [[nodiscard]] std::size_t size() const { return prefix_length + payload_length + std::size_t{suffix_length}; }
};

constexpr std::array<Template, 8> kTemplates = {{
    {{}, 0, 0, {}, 0},
    {{0x76, 0xa9, 20}, 3, 20, {0x88, 0xac}, 2},
    {{0xa9, 20}, 2, 20, {0x87}, 1},
    {{0x00, 20}, 2, 20, {}, 0},
    {{0x00, 32}, 2, 32, {}, 0},
    {{0x51, 32}, 2, 32, {}, 0},
    {{33, 0x02}, 2, 32, {0xac}, 1},
    {{33, 0x03}, 2, 32, {0xac}, 1},
}};

bool fits(ByteSpan script, const Template& t) {
    return std::memcmp(script.data(), t.prefix.data(), t.prefix_length) == 0 &&
           std::memcmp(script.data() + script.size() - t.suffix_length, t.suffix.data(), t.suffix_length) == 0;
}

Kind kind_of(ByteSpan script) {
    const auto one_of = [&](Kind a, Kind b) {
        return fits(script, kTemplates[a]) ? a : fits(script, kTemplates[b]) ? b : raw_script;
    };
    switch (script.size()) {
        case 22: return one_of(witness_key, witness_key);
        case 23: return one_of(script_hash, script_hash);
        case 25: return one_of(pubkey_hash, pubkey_hash);
        case 34: return one_of(taproot, witness_script);
        case 35: return one_of(even_key, odd_key);
        default: return raw_script;
    }
}

std::uint8_t bytes_needed(std::uint64_t value) {
    return static_cast<std::uint8_t>((static_cast<std::size_t>(std::bit_width(value)) + 7) / 8);
}

// The variable part of a record, found.
struct Parts {
    Kind kind;
    std::uint32_t index;
    Amount value;
    ByteSpan payload;
    std::size_t bytes;  // of the whole record
};

std::uint64_t load_bytes(const std::byte* from, std::size_t length) {
    std::uint64_t value = 0;
    std::memcpy(&value, from, length);
    return value;
}

Parts parts_of(const CoinRecord& record) {
    const auto* const base = reinterpret_cast<const std::byte*>(&record);
    Parts out;
    out.kind = static_cast<Kind>(record.kind_and_index & 0x0FU);
    const std::size_t index_length = (record.kind_and_index >> 4U) + std::size_t{1};
    std::size_t at = kFixed;
    out.index = static_cast<std::uint32_t>(load_bytes(base + at, index_length));
    at += index_length;
    out.value = Amount(static_cast<std::int64_t>(load_bytes(base + at, record.amount_length)));
    at += record.amount_length;
    std::size_t payload_length = kTemplates[out.kind].payload_length;
    if (out.kind == raw_script) {
        payload_length = load_le<std::uint16_t>(base + at);
        at += 2;
    }
    out.payload = ByteSpan(base + at, payload_length);
    out.bytes = at + payload_length;
    return out;
}

std::size_t script_size(const Parts& parts) {
    return parts.kind == raw_script ? parts.payload.size() : kTemplates[parts.kind].size();
}

void write_script(const Parts& parts, MutableByteSpan out) {
    if (out.empty()) {
        return;
    }
    const Template& t = kTemplates[parts.kind];
    std::memcpy(out.data(), t.prefix.data(), t.prefix_length);
    if (!parts.payload.empty()) {
        std::memcpy(out.data() + t.prefix_length, parts.payload.data(), parts.payload.size());
    }
    std::memcpy(out.data() + t.prefix_length + parts.payload.size(), t.suffix.data(), t.suffix_length);
}

CoinView without_script(const CoinRecord& record, const Parts& parts) {
    return {
        parts.value, Height(static_cast<std::int32_t>(record.height_code >> 1U)), (record.height_code & 1U) != 0, {}};
}

std::uint32_t height_code_of(const CoinView& coin) {
    return static_cast<std::uint32_t>(coin.height.value()) * 2 + (coin.coinbase ? 1U : 0U);
}

}  // namespace

PackedRecord::PackedRecord(const OutPoint& outpoint, const CoinView& coin)
    : outpoint_(outpoint), coin_(coin), kind_(kind_of(coin.script)) {
    KEEL_ASSERT(coin.value.is_valid() && coin.height.value() >= 0 && coin.script.size() <= store::kMaxScriptBytes);
    const Template& t = kTemplates[kind_];
    payload_ = coin.script.subspan(t.prefix_length, coin.script.size() - t.prefix_length - t.suffix_length);
    index_length_ = std::max<std::uint8_t>(1, bytes_needed(outpoint.index));
    amount_length_ = bytes_needed(static_cast<std::uint64_t>(coin.value.satoshi()));
    bytes_ = kFixed + index_length_ + amount_length_ + (kind_ == raw_script ? 2U : 0U) + payload_.size();
}

void PackedRecord::write(std::byte* to) const {
    std::memcpy(to, outpoint_.txid.bytes.data(), 32);
    store_le(to + offsetof(CoinRecord, height_code), height_code_of(coin_));
    to[offsetof(CoinRecord, kind_and_index)] = static_cast<std::byte>(kind_ | ((index_length_ - 1U) << 4U));
    to[offsetof(CoinRecord, amount_length)] = std::byte{amount_length_};
    std::byte* at = to + kFixed;
    std::memcpy(at, &outpoint_.index, index_length_);
    at += index_length_;
    const std::int64_t satoshi = coin_.value.satoshi();
    std::memcpy(at, &satoshi, amount_length_);
    at += amount_length_;
    if (kind_ == raw_script) {
        store_le(at, static_cast<std::uint16_t>(payload_.size()));
        at += 2;
    }
    if (!payload_.empty()) {
        std::memcpy(at, payload_.data(), payload_.size());
    }
}

std::size_t record_units(const CoinRecord& record) { return (parts_of(record).bytes + kRecordUnit - 1) / kRecordUnit; }

bool has_key(const CoinRecord& record, const OutPoint& outpoint) {
    const auto* const base = reinterpret_cast<const std::byte*>(&record);
    const std::size_t index_length = (record.kind_and_index >> 4U) + std::size_t{1};
    return load_bytes(base + kFixed, index_length) == outpoint.index &&
           std::memcmp(record.txid, outpoint.txid.bytes.data(), 32) == 0;
}

OutPoint record_outpoint(const CoinRecord& record) {
    return {primitives::Txid::from(record.txid), parts_of(record).index};
}

bool has_coin(const CoinRecord& record, const CoinView& coin) {
    const Parts parts = parts_of(record);
    if (parts.value != coin.value || record.height_code != height_code_of(coin) || parts.kind != kind_of(coin.script)) {
        return false;
    }
    const Template& t = kTemplates[parts.kind];
    return coin.script.size() == script_size(parts) &&
           equal(parts.payload, coin.script.subspan(t.prefix_length, parts.payload.size()));
}

void append_record(store::SpentCoins& out, const CoinRecord& record) {
    const Parts parts = parts_of(record);
    write_script(parts, out.add_unfilled(without_script(record, parts), script_size(parts)));
}

CoinView unpack_record(const CoinRecord& record, MutableByteSpan script) {
    const Parts parts = parts_of(record);
    CoinView coin = without_script(record, parts);
    const MutableByteSpan used = script.first(script_size(parts));
    write_script(parts, used);
    coin.script = used;
    return coin;
}

}  // namespace keel::chain
