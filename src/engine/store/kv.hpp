// Kv: the ordered key-value store that coins, block-index records and indexes live in. A port: edge/disk backs it with
// RocksDB, MemoryKv with maps that can forget what was not synced.
//
// A store has families (separate key spaces), named once when it is opened and called by their position from then on.
// Keys order as unsigned bytes. Every change is atomic, also across families: after a crash a batch or an ingest is
// there as a whole or not at all, and what came later is never there without what came before it.
//
// Threads: the const functions and KvSnapshot may be called from any thread at any time; the others from one thread at
// a time per store (two writers never overlap). A KvIngest is filled on whatever thread holds it while others read.
// Iterators and snapshots must be gone before their store.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace keel::store {

enum class KvFault : std::uint8_t {
    io,         // the operating system refused
    full,       // no space left
    read_only,  // the file system or folder cannot be written
    corrupt,    // what is on disk is damaged or missing parts
    locked,     // another process has it open
    unusable,   // made by another program or a newer version
};

// `text` is one sentence for the user: what was attempted, on which folder, and what the system said.
struct KvError {
    KvFault fault = KvFault::io;
    std::string text;
};

// A family, by its position in the list of names given at open.
enum class KvFamily : std::uint8_t {};

// `yes`: on disk when write() returns. `no`: a crash of the process loses nothing, one of the machine may.
enum class KvSync : bool { no, yes };

// Puts and deletes in order, across families; applied by Kv::write() as one. Reusable after clear().
class KvBatch {
public:
    void put(KvFamily family, ByteSpan key, ByteSpan value);
    void remove(KvFamily family, ByteSpan key);
    void clear();
    [[nodiscard]] bool empty() const { return count_ == 0; }
    [[nodiscard]] std::size_t count() const { return count_; }
    // Memory held, in bytes: what a caller watches to keep batches bounded.
    [[nodiscard]] std::size_t bytes() const { return data_.size(); }

    struct Entry {
        KvFamily family{};
        ByteSpan key;
        std::optional<ByteSpan> value;  // none: a delete
    };
    // Calls visit(const Entry&) in the order of the calls above.
    template <class Visit>
    void for_each(Visit visit) const {
        for (std::size_t at = 0; at < data_.size();) {
            visit(entry_at(at));
        }
    }

private:
    [[nodiscard]] Entry entry_at(std::size_t& at) const;

    Bytes data_;
    std::size_t count_ = 0;
};

// The answer to get_many(): one optional value per key, all in one buffer. Reusable; no allocation per value.
class KvValues {
public:
    void clear();
    void add(ByteSpan value);
    void add_missing();
    [[nodiscard]] std::size_t size() const { return slots_.size(); }
    [[nodiscard]] std::optional<ByteSpan> operator[](std::size_t index) const;

private:
    struct Slot {
        std::size_t begin;
        std::size_t length;  // kMissing: no such key
    };
    static constexpr std::size_t kMissing = ~std::size_t{0};
    std::vector<Slot> slots_;
    Bytes data_;
};

// Walks one family in key order, over the state at its creation. Owned by one thread.
class KvIterator {
public:
    virtual ~KvIterator() = default;
    // To the first key not below `from`.
    virtual void seek(ByteSpan from) = 0;
    virtual void next() = 0;
    // False at the end and after an error; check error() then.
    [[nodiscard]] virtual bool valid() const = 0;
    [[nodiscard]] virtual const std::optional<KvError>& error() const = 0;
    // Views until the next seek() or next(); valid() must hold.
    [[nodiscard]] virtual ByteSpan key() const = 0;
    [[nodiscard]] virtual ByteSpan value() const = 0;
};

// The store as it was when snapshot() was called; later writes are not seen. Any thread, several at once. Holding one
// for long keeps old data on disk.
class KvSnapshot {
public:
    virtual ~KvSnapshot() = default;
    [[nodiscard]] virtual Result<std::optional<Bytes>, KvError> get(KvFamily family, ByteSpan key) const = 0;
    [[nodiscard]] virtual std::unique_ptr<KvIterator> iterate(KvFamily family) const = 0;
};

// Many sorted changes that become one atomic change at commit(): written next to the store without disturbing readers,
// then taken over as files. Destroyed without commit(), it leaves nothing behind.
class KvIngest {
public:
    virtual ~KvIngest() = default;
    // Within a family keys must ascend strictly (asserted); families may be interleaved.
    [[nodiscard]] virtual Result<void, KvError> put(KvFamily family, ByteSpan key, ByteSpan value) = 0;
    [[nodiscard]] virtual Result<void, KvError> remove(KvFamily family, ByteSpan key) = 0;
    // Makes everything visible and durable, all families at once; nothing may be called afterwards. Counts as a write
    // for the rule of one writer at a time.
    [[nodiscard]] virtual Result<void, KvError> commit() = 0;
};

class Kv {
public:
    virtual ~Kv() = default;

    [[nodiscard]] virtual Result<std::optional<Bytes>, KvError> get(KvFamily family, ByteSpan key) const = 0;
    // One answer per key, in the order of the keys; `out` is cleared first. Sorted keys are read fastest.
    [[nodiscard]] virtual Result<void, KvError> get_many(KvFamily family, std::span<const ByteSpan> keys,
                                                         KvValues& out) const = 0;
    [[nodiscard]] virtual std::unique_ptr<KvSnapshot> snapshot() const = 0;
    // Bytes on disk of one family, roughly (within a factor of two, and without what was written very recently).
    [[nodiscard]] virtual std::uint64_t approximate_size(KvFamily family) const = 0;

    [[nodiscard]] virtual Result<void, KvError> write(const KvBatch& batch, KvSync sync) = 0;
    // Everything written so far with KvSync::no becomes durable.
    [[nodiscard]] virtual Result<void, KvError> sync() = 0;
    [[nodiscard]] virtual std::unique_ptr<KvIngest> begin_ingest() = 0;
};

}  // namespace keel::store
