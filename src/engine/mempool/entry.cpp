#include "engine/mempool/entry.hpp"

namespace keel::mempool {

namespace {

// What an entry costs beside the transaction's own buffers: the entry and the transaction with their reference counts,
// three index slots, its place in the cluster and in the graph. Measured, rounded up.
constexpr std::size_t kPerTx = 900;
constexpr std::size_t kPerInput = 60;  // its slot, and the index of spent outputs
constexpr std::size_t kPerOutput = 16;

bool spends(const Entry& child, const Txid& parent) {
    const primitives::TxView tx = child.tx->view();
    for (std::size_t i = 0; i < tx.input_count(); ++i) {
        if (tx.input(i).prevout().txid == parent) {
            return true;
        }
    }
    return false;
}

}  // namespace

std::size_t Entry::memory() const {
    const primitives::TxView view = tx->view();
    return kPerTx + tx->raw().size() + view.input_count() * kPerInput + view.output_count() * kPerOutput;
}

Cluster::Sum Cluster::sum(Set set) const {
    Sum out;
    for (std::size_t i = 0; i < txs.size(); ++i) {
        if ((set >> i & 1U) != 0) {
            ++out.count;
            out.vsize += txs[i]->vsize();
            out.fees = Amount(out.fees.satoshi() + txs[i]->modified_fee.satoshi());
        }
    }
    return out;
}

const Cluster::Chunk& Cluster::chunk_of(std::size_t index) const {
    std::size_t at = 0;
    while (index >= chunks[at].first + chunks[at].count) {
        ++at;
    }
    return chunks[at];
}

std::vector<std::size_t> Cluster::parents(std::size_t index) const {
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < index; ++i) {
        if ((ancestors[index] >> i & 1U) != 0 && spends(*txs[index], txs[i]->txid())) {
            found.push_back(i);
        }
    }
    return found;
}

std::vector<std::size_t> Cluster::children(std::size_t index) const {
    std::vector<std::size_t> found;
    for (std::size_t i = index + 1; i < txs.size(); ++i) {
        if ((descendants[index] >> i & 1U) != 0 && spends(*txs[i], txs[index]->txid())) {
            found.push_back(i);
        }
    }
    return found;
}

}  // namespace keel::mempool
