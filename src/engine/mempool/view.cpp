#include "engine/mempool/view.hpp"

#include <algorithm>
#include <mutex>
#include <unordered_map>

#include "base/assert.hpp"

namespace keel::mempool {

namespace {

struct SaltedHash {
    crypto::SipKey key;

    template <class Tag>
    std::size_t operator()(const Hash256<Tag>& hash) const {
        return crypto::siphash(key, hash);
    }
    std::size_t operator()(const OutPoint& outpoint) const {
        return crypto::siphash(key, outpoint.txid, outpoint.index);
    }
};

constexpr std::size_t kBucketsAtStart = 64;

}  // namespace

class View::Index {
public:
    explicit Index(crypto::SipKey key)
        : by_txid(kBucketsAtStart, SaltedHash{key}),
          by_wtxid(kBucketsAtStart, SaltedHash{key}),
          spenders(kBucketsAtStart, SaltedHash{key}) {}

    mutable std::mutex mutex;
    std::unordered_map<Txid, Located, SaltedHash> by_txid;
    std::unordered_map<Wtxid, Txid, SaltedHash> by_wtxid;
    std::unordered_map<OutPoint, EntryPtr, SaltedHash> spenders;
    std::map<Txid, Amount> deltas;
    std::set<Txid> unbroadcast;
    Totals totals;
    bool loaded = false;
    mutable std::shared_ptr<const Snapshot> snapshot;  // null after a change

    void remove(const Entry& entry) {
        by_txid.erase(entry.txid());
        by_wtxid.erase(entry.wtxid());
        unbroadcast.erase(entry.txid());
        const primitives::TxView tx = entry.tx->view();
        for (std::size_t i = 0; i < tx.input_count(); ++i) {
            spenders.erase(tx.input(i).prevout());
        }
    }
    void add(const EntryPtr& entry) {
        by_wtxid.emplace(entry->wtxid(), entry->txid());
        const primitives::TxView tx = entry->tx->view();
        for (std::size_t i = 0; i < tx.input_count(); ++i) {
            spenders.insert_or_assign(tx.input(i).prevout(), entry);
        }
    }
    void place(const ClusterPtr& cluster) {
        for (std::size_t i = 0; i < cluster->txs.size(); ++i) {
            by_txid.insert_or_assign(cluster->txs[i]->txid(), Located{cluster, i});
        }
    }
};

std::vector<Snapshot::Place> Snapshot::in_mining_order() const {
    struct ChunkPlace {
        const Cluster* cluster;
        const Cluster::Chunk* chunk;
    };
    std::vector<ChunkPlace> order;
    for (const ClusterPtr& cluster : clusters) {
        for (const Cluster::Chunk& chunk : cluster->chunks) {
            order.push_back({cluster.get(), &chunk});
        }
    }
    const auto before = [](const ChunkPlace& a, const ChunkPlace& b) {
        const auto rates = txgraph::compare_rates(a.chunk->sum, b.chunk->sum);
        if (rates != 0) {
            return rates > 0;
        }
        if (a.cluster == b.cluster) {
            return a.chunk->first < b.chunk->first;
        }
        return a.cluster->txs.front()->txid() < b.cluster->txs.front()->txid();
    };
    std::ranges::sort(order, before);
    std::vector<Place> out;
    out.reserve(totals.count);
    for (const ChunkPlace& at : order) {
        for (std::size_t i = 0; i < at.chunk->count; ++i) {
            out.push_back({at.cluster, at.chunk->first + i});
        }
    }
    return out;
}

std::vector<txgraph::FeeSize> Snapshot::chunks() const {
    std::vector<txgraph::FeeSize> out;
    for (const ClusterPtr& cluster : clusters) {
        for (const Cluster::Chunk& chunk : cluster->chunks) {
            out.push_back(chunk.sum);
        }
    }
    std::ranges::sort(out, [](const auto& a, const auto& b) {
        const auto rates = txgraph::compare_rates(a, b);
        return rates != 0 ? rates > 0 : a.size < b.size;
    });
    return out;
}

View::View(const Options& options) : options_(options), index_(std::make_unique<Index>(options.hash_key)) {}
View::~View() = default;

Totals View::totals() const {
    const std::lock_guard lock(index_->mutex);
    return index_->totals;
}

policy::FeeRate View::min_rate(UnixTime now) const {
    Totals current = totals();
    current.rolling.advance(now, {current.usage, options_.bytes_max}, options_.policy.incremental);
    return current.rolling.rate(options_.policy.incremental);
}

std::optional<Located> View::find(const Txid& txid) const {
    const std::lock_guard lock(index_->mutex);
    const auto found = index_->by_txid.find(txid);
    return found == index_->by_txid.end() ? std::nullopt : std::optional(found->second);
}

std::optional<Located> View::find(const Wtxid& wtxid) const {
    const std::lock_guard lock(index_->mutex);
    const auto found = index_->by_wtxid.find(wtxid);
    return found == index_->by_wtxid.end() ? std::nullopt : std::optional(index_->by_txid.at(found->second));
}

bool View::contains(const Txid& txid) const {
    const std::lock_guard lock(index_->mutex);
    return index_->by_txid.contains(txid);
}

EntryPtr View::spender(const OutPoint& outpoint) const {
    const std::lock_guard lock(index_->mutex);
    return own_spender(outpoint);
}

std::shared_ptr<const Snapshot> View::snapshot() const {
    const std::lock_guard lock(index_->mutex);
    if (index_->snapshot == nullptr) {
        auto built = std::make_shared<Snapshot>();
        built->totals = index_->totals;
        for (const auto& [txid, place] : index_->by_txid) {
            if (place.index == 0) {
                built->clusters.push_back(place.cluster);
            }
        }
        index_->snapshot = std::move(built);
    }
    return index_->snapshot;
}

std::map<Txid, Amount> View::deltas() const {
    const std::lock_guard lock(index_->mutex);
    return index_->deltas;
}

std::set<Txid> View::unbroadcast() const {
    const std::lock_guard lock(index_->mutex);
    return index_->unbroadcast;
}

bool View::is_unbroadcast(const Txid& txid) const {
    const std::lock_guard lock(index_->mutex);
    return index_->unbroadcast.contains(txid);
}

bool View::loaded() const {
    const std::lock_guard lock(index_->mutex);
    return index_->loaded;
}

void View::set_loaded() {
    const std::lock_guard lock(index_->mutex);
    index_->loaded = true;
}

void View::apply(const Change& change) {
    const std::lock_guard lock(index_->mutex);
    for (const EntryPtr& entry : change.removed) {
        index_->remove(*entry);
    }
    for (const EntryPtr& entry : change.added) {
        index_->add(entry);
    }
    for (const ClusterPtr& cluster : change.clusters) {
        index_->place(cluster);
    }
    index_->totals = change.totals;
    index_->snapshot.reset();
    KEEL_ASSERT(index_->by_txid.size() == index_->by_wtxid.size());
}

void View::set_totals(const Totals& totals) {
    const std::lock_guard lock(index_->mutex);
    index_->totals = totals;
    index_->snapshot.reset();
}

void View::set_delta(const Txid& txid, Amount delta) {
    const std::lock_guard lock(index_->mutex);
    if (delta == Amount()) {
        index_->deltas.erase(txid);
    } else {
        index_->deltas.insert_or_assign(txid, delta);
    }
}

void View::set_unbroadcast(const Txid& txid, bool unbroadcast) {
    const std::lock_guard lock(index_->mutex);
    if (!unbroadcast) {
        index_->unbroadcast.erase(txid);
    } else if (index_->by_txid.contains(txid)) {
        index_->unbroadcast.insert(txid);
    }
}

EntryPtr View::own_find(const Txid& txid) const {
    const auto found = index_->by_txid.find(txid);
    return found == index_->by_txid.end() ? nullptr : found->second.cluster->txs[found->second.index];
}

EntryPtr View::own_find(const Wtxid& wtxid) const {
    const auto found = index_->by_wtxid.find(wtxid);
    return found == index_->by_wtxid.end() ? nullptr : own_find(found->second);
}

EntryPtr View::own_spender(const OutPoint& outpoint) const {
    const auto found = index_->spenders.find(outpoint);
    return found == index_->spenders.end() ? nullptr : found->second;
}

Amount View::own_delta(const Txid& txid) const {
    const auto found = index_->deltas.find(txid);
    return found == index_->deltas.end() ? Amount() : found->second;
}

bool View::own_has_deltas() const { return !index_->deltas.empty(); }

}  // namespace keel::mempool
