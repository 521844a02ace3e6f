// How coins look on disk: keys and values of the `coins` and `meta` families of the coin database, and the compressed
// form of amounts and scripts that coin values and undo files share with Bitcoin Core, byte for byte.
//
// docs/storage.md describes the bytes. Decoders accept exactly what encoders write, except that undo data written by
// Bitcoin Core is accepted in every form Core ever wrote. Pure; any thread.
#pragma once

#include "engine/store/kv.hpp"
#include "rules/primitives/coin.hpp"
#include "rules/primitives/outpoint.hpp"

namespace keel::store {

using primitives::Amount;
using primitives::BlockHash;
using primitives::Coin;
using primitives::CoinView;
using primitives::Height;
using primitives::OutPoint;
using primitives::Reader;
using primitives::Txid;
using primitives::Writer;

// Families of the coin database, in the order it is opened with.
inline constexpr KvFamily kCoinFamily{0};
inline constexpr KvFamily kCoinMetaFamily{1};
std::vector<std::string> coin_families();

// Longest script that can ever be spent (consensus: script size limit); longer ones are never stored.
inline constexpr std::size_t kMaxScriptBytes = 10'000;

// A coin's key: txid, then the output index in a form that keeps numeric order, so that iteration gives the order in
// which hash_serialized_3 takes coins.
class CoinKey {
public:
    static constexpr std::size_t kMaxBytes = 37;

    CoinKey() = default;
    explicit CoinKey(const OutPoint& outpoint);
    [[nodiscard]] ByteSpan span() const { return ByteSpan(bytes_).first(size_); }

private:
    std::array<std::byte, kMaxBytes> bytes_{};
    std::size_t size_ = 0;
};

// Nothing unless exactly what CoinKey writes.
std::optional<OutPoint> decode_coin_key(ByteSpan key);

// Appends the value of a coin.
void encode_coin(Bytes& out, const CoinView& coin);
// Nothing when damaged: truncated, trailing bytes, amount out of range, script too long.
std::optional<Coin> decode_coin(ByteSpan value);

// What the coin database as a whole stands for: one record in the meta family, written with every generation.
struct CoinState {
    BlockHash best_block;          // the coins are those after this block
    Height height;                 // of best_block
    std::uint64_t generation = 0;  // counts flushes
    std::uint64_t coins = 0;       // number of coins, for progress and statistics

    bool operator==(const CoinState&) const = default;
};
ByteSpan coin_state_key();
Bytes encode_coin_state(const CoinState& state);
std::optional<CoinState> decode_coin_state(ByteSpan value);
// Reads the record: nothing in a fresh database; KvFault::corrupt when it is damaged.
[[nodiscard]] Result<std::optional<CoinState>, KvError> read_coin_state(const Kv& coins);

// The pieces, for undo data and tests.
// Amounts with few significant digits become small numbers. Defined for every 64-bit value.
std::uint64_t compress_amount(std::uint64_t satoshi);
std::uint64_t decompress_amount(std::uint64_t code);
// Base-128, most significant group first, each continuation adding one (no two encodings of one number).
void write_varint(Bytes& out, std::uint64_t value);
// Fails the reader beyond 64 bits.
std::uint64_t read_varint(Reader& in);
// Amount and script of an output.
void write_compressed_output(Bytes& out, Amount value, ByteSpan script);

// An output read but not yet expanded: the script's size is known, its bytes are still packed.
struct PackedOutput {
    Amount value;
    std::uint64_t kind = 0;  // 0 to 5: a template; otherwise the script itself
    ByteSpan payload;
    std::size_t script_size = 0;
};
// Fails the reader when damaged. An unspendably long script reads as OP_RETURN, as in Core.
PackedOutput read_packed_output(Reader& in);
// `script` has script_size bytes. False when a packed public key is not on the curve: damaged.
[[nodiscard]] bool unpack_script(const PackedOutput& output, MutableByteSpan script);

// A coin's value, read but not expanded.
struct PackedCoin {
    Height height;
    bool coinbase = false;
    PackedOutput output;
};
// Nothing when damaged: truncated, trailing bytes, amount or height out of range.
std::optional<PackedCoin> read_packed_coin(ByteSpan value);

}  // namespace keel::store
