#include "engine/store/undo.hpp"

#include "base/assert.hpp"

namespace keel::store {

namespace {

constexpr std::size_t kFirstChunk = 4096;
constexpr std::size_t kLargestChunk = 1U << 20U;

// CompactSize of one input, varint code, amount, script kind: the least a coin takes.
constexpr std::size_t kMinTxBytes = 1;
constexpr std::size_t kMinCoinBytes = 3;

void encode_spent(Bytes& out, const CoinView& coin) {
    write_varint(out, static_cast<std::uint64_t>(coin.height.value()) * 2 + (coin.coinbase ? 1 : 0));
    if (coin.height.value() > 0) {
        out.push_back(std::byte{0});  // where old software kept a transaction version
    }
    write_compressed_output(out, coin.value, coin.script);
}

bool decode_spent(Reader& in, SpentCoins& out) {
    const std::uint64_t code = read_varint(in);
    if (code > 0xFFFFFFFF) {
        return false;
    }
    if (code > 1) {
        read_varint(in);
    }
    const PackedOutput output = read_packed_output(in);
    if (!in.ok() || !output.value.is_valid()) {
        return false;
    }
    const CoinView coin{output.value, Height(static_cast<std::int32_t>(code / 2)), code % 2 != 0, {}};
    return unpack_script(output, out.add_unfilled(coin, output.script_size));
}

}  // namespace

void SpentCoins::clear() { *this = SpentCoins(); }

void SpentCoins::reserve(std::size_t txs, std::size_t coins) {
    txs_.reserve(txs);
    coins_.reserve(coins);
}

MutableByteSpan SpentCoins::allocate(std::size_t bytes) {
    if (bytes > chunk_bytes_ - chunk_used_) {
        chunk_bytes_ = std::max(bytes, std::clamp(chunk_bytes_ * 2, kFirstChunk, kLargestChunk));
        chunks_.push_back(std::make_unique_for_overwrite<std::byte[]>(chunk_bytes_));
        chunk_used_ = 0;
        total_bytes_ += chunk_bytes_;
    }
    if (bytes == 0) {
        return {};
    }
    const MutableByteSpan out(chunks_.back().get() + chunk_used_, bytes);
    chunk_used_ += bytes;
    return out;
}

void SpentCoins::add(const CoinView& coin) {
    const MutableByteSpan script = add_unfilled(coin, coin.script.size());
    std::ranges::copy(coin.script, script.begin());
}

MutableByteSpan SpentCoins::add_unfilled(const CoinView& without_script, std::size_t script_bytes) {
    const MutableByteSpan script = allocate(script_bytes);
    coins_.push_back(without_script);
    coins_.back().script = script;
    return script;
}

bool SpentCoins::add_encoded(ByteSpan value) {
    const auto packed = read_packed_coin(value);
    if (!packed) {
        return false;
    }
    const CoinView coin{packed->output.value, packed->height, packed->coinbase, {}};
    if (!unpack_script(packed->output, add_unfilled(coin, packed->output.script_size))) {
        coins_.pop_back();
        return false;
    }
    return true;
}

std::size_t SpentCoins::tx_end(std::size_t tx) const { return tx + 1 < txs_.size() ? txs_[tx + 1] : coins_.size(); }

std::size_t SpentCoins::memory_bytes() const {
    return txs_.capacity() * sizeof(txs_[0]) + coins_.capacity() * sizeof(coins_[0]) + total_bytes_;
}

void SpentCoins::encode(Bytes& out) const {
    Writer writer(out);
    writer.write_compact_size(txs_.size());
    for (std::size_t tx = 0; tx < txs_.size(); ++tx) {
        writer.write_compact_size(tx_end(tx) - tx_begin(tx));
        for (std::size_t coin = tx_begin(tx); coin < tx_end(tx); ++coin) {
            encode_spent(out, coins_[coin]);
        }
    }
}

std::optional<SpentCoins> SpentCoins::decode(ByteSpan payload) {
    Reader in(payload);
    SpentCoins out;
    const std::size_t txs = in.read_count(primitives::kMaxSize, kMinTxBytes);
    for (std::size_t tx = 0; tx < txs && in.ok(); ++tx) {
        out.begin_tx();
        const std::size_t coins = in.read_count(primitives::kMaxSize, kMinCoinBytes);
        for (std::size_t coin = 0; coin < coins; ++coin) {
            if (!decode_spent(in, out)) {
                return std::nullopt;
            }
        }
    }
    in.expect_end();
    return in.ok() ? std::optional(std::move(out)) : std::nullopt;
}

bool SpentCoins::operator==(const SpentCoins& other) const {
    const auto same = [](const CoinView& a, const CoinView& b) {
        return a.value == b.value && a.height == b.height && a.coinbase == b.coinbase && equal(a.script, b.script);
    };
    return txs_ == other.txs_ && std::ranges::equal(coins_, other.coins_, same);
}

}  // namespace keel::store
