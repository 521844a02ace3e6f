// CoinRecord: one coin in memory, packed: 64 bytes for the common script types, so that a coin is one cache line.
//
// Layout, from a multiple of 8 bytes on: txid (32 bytes), height * 2 + coinbase (4, little endian), script kind and
// length of the index (1), length of the amount (1), output index (1 to 4), amount in satoshi (0 to 7), then the hash
// or key of a script template, or a length (2) and the script. Immutable once written.
#pragma once

#include "engine/store/undo.hpp"
#include "rules/primitives/outpoint.hpp"

namespace keel::chain {

using primitives::Amount;
using primitives::CoinView;
using primitives::Height;
using primitives::OutPoint;

struct CoinRecord {
    std::byte txid[32];
    std::uint32_t height_code;
    std::uint8_t kind_and_index;
    std::uint8_t amount_length;
    // followed by the rest
};
static_assert(sizeof(CoinRecord) == 40);

// Memory is handed out in units of this many bytes.
inline constexpr std::size_t kRecordUnit = 8;
// 40 bytes, index, amount, length, longest script, rounded up.
inline constexpr std::size_t kRecordUnitsMax = 1257;

// A coin about to be stored: everything that decides its size.
class PackedRecord {
public:
    PackedRecord(const OutPoint& outpoint, const CoinView& coin);
    [[nodiscard]] std::size_t units() const { return (bytes_ + kRecordUnit - 1) / kRecordUnit; }
    // `to` has units() * kRecordUnit bytes.
    void write(std::byte* to) const;

private:
    OutPoint outpoint_;
    CoinView coin_;
    ByteSpan payload_;  // of the script
    std::uint8_t kind_;
    std::uint8_t index_length_;
    std::uint8_t amount_length_;
    std::size_t bytes_;
};

// Units that a record takes.
std::size_t record_units(const CoinRecord& record);
bool has_key(const CoinRecord& record, const OutPoint& outpoint);
OutPoint record_outpoint(const CoinRecord& record);
// Whether a record holds exactly this coin (the outpoint is not compared).
bool has_coin(const CoinRecord& record, const CoinView& coin);
void append_record(store::SpentCoins& out, const CoinRecord& record);
// The coin, with its script in `script`, which must hold kMaxScriptBytes and live as long as the view.
CoinView unpack_record(const CoinRecord& record, MutableByteSpan script);

}  // namespace keel::chain
