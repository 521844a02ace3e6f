// Finds blocks on any tip: with the production template and nonce search, and now and then a spend.
//
// Every miner pays to a script of its own that anyone can spend, so blocks of different miners differ. A block may
// spend the coinbase that matures at its height: no other block of its branch does.
#pragma once

#include <map>

#include "base/rng.hpp"
#include "engine/headers/node.hpp"
#include "engine/mining/template.hpp"
#include "rules/consensus/deployments.hpp"

namespace keel::sim {

class Miner {
public:
    Miner(const primitives::Params& params, Rng rng) : params_(params), version_bits_(params), rng_(std::move(rng)) {}

    // A block on `tip` by the miner of this number.
    primitives::BlockPtr mine(const headers::Node& tip, std::uint8_t miner, UnixTime now);
    // A block with proof of work and every commitment in order, whose coinbase takes one satoshi too much.
    primitives::BlockPtr forge(const headers::Node& tip, UnixTime now);
    // Any block that was ever mined here, or null.
    [[nodiscard]] primitives::BlockPtr find(const primitives::BlockHash& hash) const;
    // From height 1 to this one.
    [[nodiscard]] std::vector<primitives::BlockPtr> branch(primitives::BlockHash last) const;
    [[nodiscard]] std::size_t mined() const { return blocks_.size(); }

private:
    [[nodiscard]] std::optional<mining::Candidate> matured_spend(const headers::Node& tip) const;

    const primitives::Params& params_;
    consensus::VersionBits version_bits_;
    Rng rng_;
    std::map<primitives::BlockHash, primitives::BlockPtr> blocks_;
};

}  // namespace keel::sim
