#include "engine/mempool/saved_pool.hpp"

namespace keel::mempool {

using primitives::DecodeError;
using primitives::Reader;
using primitives::Writer;

namespace {

constexpr std::uint64_t kPlainVersion = 1;
constexpr std::uint64_t kKeyedVersion = 2;
constexpr std::size_t kKeyedFrom = 8 + 1 + 8;

// Bytes of the smallest records, which bound every count.
constexpr std::size_t kTxMin = 10 + 8 + 8;
constexpr std::size_t kDeltaSize = 32 + 8;
constexpr std::size_t kTxidSize = 32;
constexpr std::size_t kInputMin = 32 + 4 + 1 + 4;
constexpr std::size_t kOutputMin = 8 + 1;

void apply_key(Bytes& bytes, const SavedPoolKey& key) {
    for (std::size_t i = kKeyedFrom; i < bytes.size(); ++i) {
        bytes[i] ^= key[i % key.size()];
    }
}

void skip_inputs(Reader& in, std::size_t count) {
    for (; count > 0 && in.ok(); --count) {
        in.skip(36);
        in.read_var_bytes();
        in.skip(4);
    }
}

void skip_outputs(Reader& in) {
    for (std::size_t count = in.read_count(primitives::kMaxSize, kOutputMin); count > 0 && in.ok(); --count) {
        in.skip(8);
        in.read_var_bytes();
    }
}

void skip_witness(Reader& in) {
    for (std::size_t count = in.read_count(primitives::kMaxSize, 1); count > 0 && in.ok(); --count) {
        in.read_var_bytes();
    }
}

// The bytes of the transaction that starts here; its parser judges them.
ByteSpan take_tx(Reader& in) {
    const std::size_t begin = in.position();
    in.skip(4);
    std::size_t inputs = in.read_count(primitives::kMaxSize, kInputMin);
    const bool has_witness = inputs == 0;
    if (has_witness) {
        in.skip(1);
        inputs = in.read_count(primitives::kMaxSize, kInputMin);
    }
    skip_inputs(in, inputs);
    skip_outputs(in);
    for (std::size_t i = 0; has_witness && i < inputs && in.ok(); ++i) {
        skip_witness(in);
    }
    in.skip(4);
    return in.ok() ? in.data().subspan(begin, in.position() - begin) : ByteSpan();
}

Result<SavedTx, DecodeError> read_tx(Reader& in) {
    const ByteSpan raw = take_tx(in);
    SavedTx out;
    out.time = unix_time(in.read<std::int64_t>());
    out.delta = Amount(in.read<std::int64_t>());
    if (!in.ok()) {
        return Failure(in.error());
    }
    KEEL_TRY(out.tx, primitives::Tx::parse(to_bytes(raw)));
    return out;
}

}  // namespace

SavedPool SavedPool::of(const View& view) {
    SavedPool out{.txs = {}, .deltas = view.deltas(), .unbroadcast = view.unbroadcast()};
    const auto snapshot = view.snapshot();
    for (const Snapshot::Place& place : snapshot->in_mining_order()) {
        const Entry& entry = *place.cluster->txs[place.index];
        out.txs.push_back({entry.tx, entry.time, Amount(entry.modified_fee.satoshi() - entry.fee.satoshi())});
        out.deltas.erase(entry.txid());
    }
    return out;
}

Bytes encode(const SavedPool& pool, const std::optional<SavedPoolKey>& key) {
    Bytes bytes;
    Writer out(bytes);
    out.write(key ? kKeyedVersion : kPlainVersion);
    if (key) {
        out.write_var_bytes(*key);
    }
    out.write(std::uint64_t{pool.txs.size()});
    for (const SavedTx& saved : pool.txs) {
        out.write_bytes(saved.tx->raw());
        out.write(to_seconds(saved.time));
        out.write(saved.delta.satoshi());
    }
    out.write_compact_size(pool.deltas.size());
    for (const auto& [txid, delta] : pool.deltas) {
        out.write_hash(txid);
        out.write(delta.satoshi());
    }
    out.write_compact_size(pool.unbroadcast.size());
    for (const Txid& txid : pool.unbroadcast) {
        out.write_hash(txid);
    }
    if (key) {
        apply_key(bytes, *key);
    }
    return bytes;
}

Result<SavedPool, DecodeError> decode_saved_pool(Bytes bytes) {
    Reader head(bytes);
    const auto version = head.read<std::uint64_t>();
    if (version == kKeyedVersion) {
        const ByteSpan key = head.read_var_bytes();
        if (!head.ok() || key.size() != SavedPoolKey{}.size()) {
            return Failure(head.ok() ? DecodeError::size_too_large : head.error());
        }
        SavedPoolKey own{};
        std::ranges::copy(key, own.begin());
        apply_key(bytes, own);
    } else if (version != kPlainVersion) {
        return Failure(head.ok() ? DecodeError::size_too_large : head.error());
    }
    Reader in(bytes);
    in.skip(version == kKeyedVersion ? kKeyedFrom : 8);
    SavedPool out;
    const auto count = in.read<std::uint64_t>();
    if (count > in.remaining() / kTxMin) {
        return Failure(DecodeError::truncated);
    }
    for (std::uint64_t i = 0; i < count; ++i) {
        KEEL_TRY(SavedTx saved, read_tx(in));
        out.txs.push_back(std::move(saved));
    }
    for (std::size_t deltas = in.read_count(primitives::kMaxSize, kDeltaSize); deltas > 0; --deltas) {
        const auto txid = in.read_hash<Txid>();
        out.deltas.insert_or_assign(txid, Amount(in.read<std::int64_t>()));
    }
    for (std::size_t txids = in.read_count(primitives::kMaxSize, kTxidSize); txids > 0; --txids) {
        out.unbroadcast.insert(in.read_hash<Txid>());
    }
    return in.ok() ? Result<SavedPool, DecodeError>(std::move(out)) : Failure(in.error());
}

}  // namespace keel::mempool
