// Settings of the pool, and what it is given by its surroundings.
#pragma once

#include "base/logger.hpp"
#include "base/time.hpp"
#include "crypto/siphash.hpp"
#include "engine/headers/node.hpp"
#include "engine/policy/limits.hpp"
#include "engine/store/kv.hpp"
#include "engine/txgraph/graph.hpp"
#include "rules/primitives/coin.hpp"
#include "rules/primitives/outpoint.hpp"
#include "rules/primitives/params.hpp"

namespace keel::mempool {

struct Options {
    policy::Policy policy;
    std::size_t bytes_max = 300'000'000;  // -maxmempool
    seconds expiry{336 * 3600};           // -mempoolexpiry
    txgraph::Limits limits;               // -limitclustercount, -limitclustersize
    crypto::SipKey hash_key;              // random for each process
};

// The disk cannot be read.
template <class T>
using OrDisk = Result<T, store::KvError>;

// The unspent outputs at the tip of the chain.
class CoinSource {
public:
    virtual ~CoinSource() = default;
    // One for each outpoint, in order; nothing where there is none.
    [[nodiscard]] virtual OrDisk<std::vector<std::optional<primitives::Coin>>> find(
        std::span<const primitives::OutPoint> outpoints) = 0;
};

// What the pool is judged against: the chain as it is now.
struct ChainState {
    const headers::Node& tip;
    CoinSource& coins;
    UnixTime now;
};

}  // namespace keel::mempool
