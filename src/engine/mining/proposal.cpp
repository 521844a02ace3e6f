#include "engine/mining/proposal.hpp"

#include <map>

#include "base/assert.hpp"
#include "rules/consensus/connect.hpp"
#include "rules/consensus/header_rules.hpp"
#include "rules/consensus/script_checks.hpp"

namespace keel::mining {

namespace {

using primitives::Block;
using primitives::Coin;
using primitives::CoinView;
using primitives::OutPoint;
using primitives::TxView;

bool may_overwrite(const Proposal& proposal) {
    return consensus::must_not_overwrite(proposal.block->hash(), proposal.past, proposal.params);
}

// Calls fn(outpoint) for each input but the coinbase's, in block order.
void each_spent(const Block& block, auto&& fn) {
    for (std::size_t i = 1; i < block.tx_count(); ++i) {
        const TxView tx = block.tx(i);
        for (std::size_t j = 0; j < tx.input_count(); ++j) {
            fn(tx.input(j).prevout());
        }
    }
}

void each_created(TxView tx, auto&& fn) {
    for (std::uint32_t j = 0; j < tx.output_count(); ++j) {
        fn(OutPoint{tx.txid(), j});
    }
}

// The coins of one block as its transactions see them, one after the other.
class BlockCoins {
public:
    BlockCoins(const Proposal& proposal, std::span<const std::optional<Coin>> found) : proposal_(proposal) {
        const std::vector<OutPoint> needed = coins_needed(proposal);
        KEEL_ASSERT(needed.size() == found.size());
        for (std::size_t i = 0; i < needed.size(); ++i) {
            if (found[i]) {
                unspent_[needed[i]] = found[i]->view();
            }
        }
    }

    [[nodiscard]] bool overwrites() const {
        const Block& block = *proposal_.block;
        bool found = false;
        for (std::size_t i = 0; i < block.tx_count(); ++i) {
            each_created(block.tx(i), [&](const OutPoint& outpoint) { found = found || unspent_.contains(outpoint); });
        }
        return found && may_overwrite(proposal_);
    }
    // One for each input but the coinbase's. Spends them.
    std::vector<CoinView> spend_all() {
        const Block& block = *proposal_.block;
        std::vector<CoinView> coins;
        for (std::size_t i = 0; i < block.tx_count(); ++i) {
            const TxView tx = block.tx(i);
            for (std::size_t j = 0; i > 0 && j < tx.input_count(); ++j) {
                coins.push_back(spend(tx.input(j).prevout()));
            }
            each_created(tx, [&](const OutPoint& outpoint) {
                const primitives::OutputView output = tx.output(outpoint.index);
                unspent_[outpoint] = {output.value(), proposal_.past.next_height(), i == 0, output.script()};
            });
        }
        return coins;
    }

private:
    CoinView spend(const OutPoint& outpoint) {
        const auto coin = unspent_.extract(outpoint);
        return coin.empty() ? consensus::kMissingCoin : coin.mapped();
    }

    const Proposal& proposal_;
    std::map<OutPoint, CoinView> unspent_;
};

}  // namespace

Result<consensus::CheckedBlock, std::string> check_proposal(const Proposal& proposal, UnixTime now) {
    const primitives::Header& header = proposal.block->header();
    if (header.previous != proposal.past.hash(proposal.past.height())) {
        return Failure<std::string>("inconclusive-not-best-prevblk");
    }
    const auto root = proposal.check_merkle_root ? consensus::MerkleRoot::check : consensus::MerkleRoot::skip;
    auto checked = consensus::check_proposal(proposal.block, proposal.params, root);
    if (!checked) {
        return Failure(checked.error().reason());
    }
    auto verdict = consensus::check_header_context(header, proposal.past, proposal.params, now);
    if (verdict) {
        verdict = consensus::check_block_context(*checked, proposal.past, proposal.params);
    }
    if (!verdict) {
        return Failure(verdict.error().reason());
    }
    return *std::move(checked);
}

std::vector<OutPoint> coins_needed(const Proposal& proposal) {
    std::vector<OutPoint> needed;
    const auto need = [&](const OutPoint& outpoint) { needed.push_back(outpoint); };
    each_spent(*proposal.block, need);
    if (may_overwrite(proposal)) {
        for (std::size_t i = 0; i < proposal.block->tx_count(); ++i) {
            each_created(proposal.block->tx(i), need);
        }
    }
    std::ranges::sort(needed);
    const auto [first, last] = std::ranges::unique(needed);
    needed.erase(first, last);
    return needed;
}

consensus::Verdict connect_proposal(const Proposal& proposal, const consensus::CheckedBlock& checked,
                                    std::span<const std::optional<Coin>> found) {
    BlockCoins coins(proposal, found);
    const bool overwrites = coins.overwrites();
    const std::vector<CoinView> spent = coins.spend_all();
    KEEL_TRY(const auto summary, consensus::connect({.block = checked,
                                                     .past = proposal.past,
                                                     .params = proposal.params,
                                                     .coins = spent,
                                                     .overwrites_coin = overwrites}));
    return consensus::check_scripts(checked.block(), {.first = 0, .count = spent.size()}, spent, summary.flags);
}

}  // namespace keel::mining
