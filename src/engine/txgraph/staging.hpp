// A change to the graph that is tried out before it is made.
//
// Collects removals, additions, dependencies and fee changes against a Graph, answers what would become of the affected
// clusters, and is then committed or dropped (its destruction undoes it). The graph itself shows nothing of it until
// commit(). At most one Staging of a graph exists at a time. Replacement, package acceptance, eviction, a connected
// block and a reorganisation are all such a change.
//
// Bounds: O(transactions of the affected clusters); clusters above the limits are not linearized.
#pragma once

#include "engine/txgraph/diagram.hpp"
#include "engine/txgraph/graph.hpp"

namespace keel::txgraph {

class Staging {
public:
    explicit Staging(Graph& graph);
    Staging(const Staging&) = delete;
    Staging& operator=(const Staging&) = delete;
    ~Staging();

    // A new transaction, at first without relatives. `own.size` must be positive. The handle is good in the graph after
    // commit(), and void if the change is dropped.
    TxHandle add(const FeeSize& own, const TieKey& key);
    // `child` depends on `parent`. Both must be in the graph or added here; no cycle may arise (asserted at the next
    // question or commit, for clusters within limits). A link to a transaction removed here is ignored.
    void link(TxHandle parent, TxHandle child);
    // Removes one transaction. Its children lose the parent but keep depending on its ancestors; in practice all its
    // ancestors (a block) or all its descendants (a conflict) are removed in the same change.
    void remove(TxHandle tx);
    // Removes it and all that depend on it in the graph (not on what was added or linked here). Gives what this call
    // removed, parents before children.
    std::vector<TxHandle> remove_with_descendants(TxHandle tx);
    void set_fee(TxHandle tx, std::int64_t fee);

    // In the graph or added, and not removed.
    [[nodiscard]] bool contains(TxHandle tx) const;
    // Do all clusters keep the limits? False also when a single transaction is larger than a cluster may be.
    [[nodiscard]] bool fits();
    // Makes it fit: removes transactions, with their descendants, of low fee rate first, until it does. Best effort,
    // but bounded and deterministic. Gives those removed. Nothing happens when it fits already.
    std::vector<TxHandle> trim();

    // Questions about the changed graph, which must fit(). Each list with `tx` itself, parents before children.
    [[nodiscard]] std::vector<TxHandle> ancestors(TxHandle tx);
    [[nodiscard]] std::vector<TxHandle> descendants(TxHandle tx);
    [[nodiscard]] std::vector<TxHandle> cluster(TxHandle tx);
    [[nodiscard]] FeeSize chunk_sum(TxHandle tx);

    // The chunks of the affected clusters before and after, of falling rate. Both must fit.
    struct Diagrams {
        std::vector<FeeSize> before;
        std::vector<FeeSize> after;
    };
    [[nodiscard]] Diagrams diagrams();
    // Is the diagram after strictly better than before: nowhere below, and somewhere above?
    [[nodiscard]] bool improves();

    // Makes the change; it must fit(). Nothing but destruction may follow.
    void commit();

private:
    class Work;

    std::unique_ptr<Work> work_;
};

}  // namespace keel::txgraph
