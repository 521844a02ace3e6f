#include "engine/store/memory_kv.hpp"

#include <algorithm>

#include "base/assert.hpp"

namespace keel::store {

namespace {

KvError fault(KvFault kind, const char* text) { return {kind, text}; }

std::size_t index_of(KvFamily family) { return static_cast<std::size_t>(family); }

}  // namespace

class MemoryKv::Iterator final : public KvIterator {
public:
    Iterator(std::shared_ptr<const State> state, KvFamily family, std::optional<KvError> error)
        : state_(std::move(state)),
          family_((*state_)[index_of(family)]),
          at_(family_.end()),
          error_(std::move(error)) {}

    void seek(ByteSpan from) override { at_ = error_ ? family_.end() : family_.lower_bound(from); }
    void next() override {
        KEEL_ASSERT(valid());
        ++at_;
    }
    [[nodiscard]] bool valid() const override { return at_ != family_.end(); }
    [[nodiscard]] const std::optional<KvError>& error() const override { return error_; }
    [[nodiscard]] ByteSpan key() const override { return at_->first; }
    [[nodiscard]] ByteSpan value() const override { return at_->second; }

private:
    std::shared_ptr<const State> state_;
    const Family& family_;
    Family::const_iterator at_;
    std::optional<KvError> error_;
};

class MemoryKv::Snapshot final : public KvSnapshot {
public:
    Snapshot(std::shared_ptr<const State> state, std::optional<KvError> error)
        : state_(std::move(state)), error_(std::move(error)) {}

    [[nodiscard]] Result<std::optional<Bytes>, KvError> get(KvFamily family, ByteSpan key) const override {
        if (error_) {
            return Failure(*error_);
        }
        const Family& entries = (*state_)[index_of(family)];
        const auto found = entries.find(key);
        return found == entries.end() ? std::nullopt : std::optional(found->second);
    }
    [[nodiscard]] std::unique_ptr<KvIterator> iterate(KvFamily family) const override {
        return std::make_unique<Iterator>(state_, family, error_);
    }

private:
    std::shared_ptr<const State> state_;
    std::optional<KvError> error_;
};

class MemoryKv::Ingest final : public KvIngest {
public:
    explicit Ingest(MemoryKv& kv) : kv_(kv), last_(kv.durable_.size()) {}

    [[nodiscard]] Result<void, KvError> put(KvFamily family, ByteSpan key, ByteSpan value) override {
        check_order(family, key);
        batch_.put(family, key, value);
        return {};
    }
    [[nodiscard]] Result<void, KvError> remove(KvFamily family, ByteSpan key) override {
        check_order(family, key);
        batch_.remove(family, key);
        return {};
    }
    [[nodiscard]] Result<void, KvError> commit() override {
        KEEL_ASSERT(!committed_);
        committed_ = true;
        return kv_.write(batch_, KvSync::yes);
    }

private:
    void check_order(KvFamily family, ByteSpan key) {
        KEEL_ASSERT(!committed_);
        auto& last = last_[index_of(family)];
        KEEL_ASSERT(!last || compare(*last, key) < 0);
        last = to_bytes(key);
    }

    MemoryKv& kv_;
    std::vector<std::optional<Bytes>> last_;
    KvBatch batch_;
    bool committed_ = false;
};

namespace {

template <class State>
void apply(State& state, const KvBatch& batch) {
    batch.for_each([&](const KvBatch::Entry& entry) {
        auto& family = state[index_of(entry.family)];
        if (entry.value) {
            family.insert_or_assign(to_bytes(entry.key), to_bytes(*entry.value));
        } else if (const auto found = family.find(entry.key); found != family.end()) {
            family.erase(found);
        }
    });
}

}  // namespace

MemoryKv::MemoryKv(std::size_t families) : now_(std::make_shared<State>(families)), durable_(families) {}
MemoryKv::~MemoryKv() = default;

void MemoryKv::set_faults(const Faults& faults) {
    const std::scoped_lock lock(mutex_);
    faults_ = faults;
}

void MemoryKv::crash(Rng& rng) {
    const std::scoped_lock lock(mutex_);
    unsynced_.resize(static_cast<std::size_t>(rng.between(0, unsynced_.size())));
    for (const KvBatch& batch : unsynced_) {
        apply(durable_, batch);
    }
    unsynced_.clear();
    now_ = std::make_shared<State>(durable_);
}

std::size_t MemoryKv::count(KvFamily family) const {
    const std::scoped_lock lock(mutex_);
    return (*now_)[index_of(family)].size();
}

Result<std::optional<Bytes>, KvError> MemoryKv::get(KvFamily family, ByteSpan key) const {
    const std::scoped_lock lock(mutex_);
    if (auto error = read_fault()) {
        return Failure(*std::move(error));
    }
    const Family& entries = (*now_)[index_of(family)];
    const auto found = entries.find(key);
    return found == entries.end() ? std::nullopt : std::optional(found->second);
}

Result<void, KvError> MemoryKv::get_many(KvFamily family, std::span<const ByteSpan> keys, KvValues& out) const {
    const std::scoped_lock lock(mutex_);
    out.clear();
    if (auto error = read_fault()) {
        return Failure(*std::move(error));
    }
    const Family& entries = (*now_)[index_of(family)];
    for (const ByteSpan key : keys) {
        if (const auto found = entries.find(key); found != entries.end()) {
            out.add(found->second);
        } else {
            out.add_missing();
        }
    }
    return {};
}

std::unique_ptr<KvSnapshot> MemoryKv::snapshot() const {
    const std::scoped_lock lock(mutex_);
    return std::make_unique<Snapshot>(now_, read_fault());
}

std::uint64_t MemoryKv::approximate_size(KvFamily family) const {
    const std::scoped_lock lock(mutex_);
    std::uint64_t bytes = 0;
    for (const auto& [key, value] : (*now_)[index_of(family)]) {
        bytes += key.size() + value.size();
    }
    return bytes;
}

Result<void, KvError> MemoryKv::write(const KvBatch& batch, KvSync sync) {
    const std::scoped_lock lock(mutex_);
    KEEL_CHECK(check_write(batch.bytes()));
    detach();
    apply(*now_, batch);
    unsynced_.push_back(batch);
    if (sync == KvSync::yes) {
        make_durable();
    }
    return {};
}

Result<void, KvError> MemoryKv::sync() {
    const std::scoped_lock lock(mutex_);
    KEEL_CHECK(check_write(0));
    make_durable();
    return {};
}

std::unique_ptr<KvIngest> MemoryKv::begin_ingest() { return std::make_unique<Ingest>(*this); }

Result<void, KvError> MemoryKv::check_write(std::size_t bytes) {
    if (faults_.read_only) {
        return Failure(fault(KvFault::read_only, "Cannot write the memory store: read-only."));
    }
    if (faults_.bytes_until_full) {
        if (*faults_.bytes_until_full < bytes) {
            return Failure(fault(KvFault::full, "Cannot write the memory store: no space left."));
        }
        *faults_.bytes_until_full -= bytes;
    }
    return {};
}

std::optional<KvError> MemoryKv::read_fault() const {
    return faults_.corrupt_reads ? std::optional(fault(KvFault::corrupt, "The memory store is damaged."))
                                 : std::nullopt;
}

void MemoryKv::detach() {
    if (now_.use_count() > 1) {
        now_ = std::make_shared<State>(*now_);
    }
}

void MemoryKv::make_durable() {
    for (const KvBatch& batch : unsynced_) {
        apply(durable_, batch);
    }
    unsynced_.clear();
}

}  // namespace keel::store
