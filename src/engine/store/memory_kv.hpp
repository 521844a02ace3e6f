// MemoryKv: a Kv of sorted maps, for tests and the simulator, on a disk that can lose power.
//
// It keeps the durable state and the changes since the last sync in order. crash() keeps a random prefix of those
// changes (what the write-ahead log of a real store guarantees: whole batches, in order) and forgets the rest;
// everything handed out before (snapshots, iterators, ingests) must be gone.
//
// Threads as for every Kv; a mutex makes it usable from the threads of a test.
#pragma once

#include <map>
#include <mutex>

#include "base/rng.hpp"
#include "engine/store/kv.hpp"

namespace keel::store {

class MemoryKv final : public Kv {
public:
    // What goes wrong; all of it starts from nothing wrong.
    struct Faults {
        std::optional<std::uint64_t> bytes_until_full;  // writes beyond it fail with KvFault::full
        bool read_only = false;
        bool corrupt_reads = false;  // every read fails with KvFault::corrupt
    };

    explicit MemoryKv(std::size_t families);
    ~MemoryKv() override;

    void set_faults(const Faults& faults);
    void crash(Rng& rng);
    // Number of keys in a family.
    [[nodiscard]] std::size_t count(KvFamily family) const;

    [[nodiscard]] Result<std::optional<Bytes>, KvError> get(KvFamily family, ByteSpan key) const override;
    [[nodiscard]] Result<void, KvError> get_many(KvFamily family, std::span<const ByteSpan> keys,
                                                 KvValues& out) const override;
    [[nodiscard]] std::unique_ptr<KvSnapshot> snapshot() const override;
    [[nodiscard]] std::uint64_t approximate_size(KvFamily family) const override;
    [[nodiscard]] Result<void, KvError> write(const KvBatch& batch, KvSync sync) override;
    [[nodiscard]] Result<void, KvError> sync() override;
    [[nodiscard]] std::unique_ptr<KvIngest> begin_ingest() override;

private:
    struct BytesLess {
        using is_transparent = void;
        bool operator()(ByteSpan a, ByteSpan b) const { return compare(a, b) < 0; }
    };
    using Family = std::map<Bytes, Bytes, BytesLess>;
    using State = std::vector<Family>;
    class Snapshot;
    class Iterator;
    class Ingest;

    [[nodiscard]] Result<void, KvError> check_write(std::size_t bytes);
    [[nodiscard]] std::optional<KvError> read_fault() const;
    void detach();
    void make_durable();

    mutable std::mutex mutex_;
    std::shared_ptr<State> now_;     // copied before a write when a snapshot shares it
    State durable_;                  // what a crash leaves for certain
    std::vector<KvBatch> unsynced_;  // in order, on top of durable_
    Faults faults_;
};

}  // namespace keel::store
