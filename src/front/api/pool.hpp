// What can be read of the pool of unconfirmed transactions, and asked of it.
//
// The view answers at once, on any thread. Commands are carried out by the validation thread in the order given; the
// answer comes after the view shows the effect.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/headers/node.hpp"
#include "engine/mempool/pool.hpp"
#include "front/api/node_commands.hpp"
#include "front/api/reply.hpp"

namespace keel::api {

struct PackageToSubmit {
    std::vector<primitives::TxPtr> txs;
    std::optional<policy::FeeRate> rate_max{};
    bool test = false;  // any transactions, parents first; nothing changes
};

// What to take over from a saved pool beside the transactions.
struct PoolImport {
    bool current_time = true;  // as if they came now
    bool deltas = false;
    bool unbroadcast = false;
};

class Pool {
public:
    virtual ~Pool() = default;

    [[nodiscard]] virtual const mempool::View& view() const = 0;

    virtual void submit(primitives::TxPtr tx, const mempool::Pool::Submission& submission,
                        Reply<mempool::TxResult> reply) = 0;
    virtual void submit_package(PackageToSubmit package, Reply<mempool::PackageResult> reply) = 0;
    virtual void prioritise(const primitives::Txid& txid, primitives::Amount delta, Reply<Done> reply) = 0;

    // These take as long as it takes, on the asking thread. The error is a sentence.
    // Writes the pool to its file; the full path.
    [[nodiscard]] virtual Result<std::string, std::string> save() = 0;
    [[nodiscard]] virtual Result<void, std::string> load(const std::string& path, const PoolImport& what) = 0;
};

}  // namespace keel::api
