// CoinModel: the set of unspent outputs as a plain map, with random blocks on top of it and the means to go back: what
// the coin cache is compared with.
#pragma once

#include <map>

#include "base/rng.hpp"
#include "rules/primitives/block.hpp"
#include "rules/primitives/coin.hpp"

namespace keel::testing {

// A script of a random kind and size, as kinds are mixed on the real network; now and then unspendable.
Bytes random_script(Rng& rng);

class CoinModel {
public:
    struct Step {
        primitives::BlockPtr block;
        primitives::Height height;
        std::vector<std::vector<primitives::Coin>> spent;  // of each transaction but the coinbase
        std::vector<primitives::OutPoint> created;         // those of them that are left at the end
        std::vector<std::pair<primitives::OutPoint, primitives::Coin>> removed;
    };
    struct BlockShape {
        std::size_t txs = 10;
        std::size_t outputs_max = 4;  // of one transaction
    };

    // A block on the tip that is structurally valid; its transactions spend existing coins, and coins of the block.
    primitives::BlockPtr make_block(Rng& rng, const BlockShape& shape);
    // Adds a block that make_block() made for this tip.
    void connect(const primitives::BlockPtr& block);
    void disconnect();

    [[nodiscard]] const std::map<primitives::OutPoint, primitives::Coin>& coins() const { return coins_; }
    [[nodiscard]] const std::vector<Step>& steps() const { return steps_; }
    [[nodiscard]] primitives::BlockHash tip() const;
    // kNoHeight before the first block.
    [[nodiscard]] primitives::Height height() const;
    // An existing coin, or nothing after a few misses.
    std::optional<primitives::OutPoint> random_coin(Rng& rng);

private:
    std::map<primitives::OutPoint, primitives::Coin> coins_;
    std::vector<primitives::OutPoint> pool_;  // to pick from; may hold spent ones
    std::vector<Step> steps_;
    std::uint64_t serial_ = 0;
};

}  // namespace keel::testing
