// Judges a block before anybody has mined it, without changing anything: BIP23 proposals, and blocks put together by
// hand.
//
// Pure: the caller looks the coins up and gives them. Any thread.
#pragma once

#include <optional>

#include "base/time.hpp"
#include "rules/consensus/block_rules.hpp"
#include "rules/primitives/coin.hpp"
#include "rules/primitives/outpoint.hpp"

namespace keel::mining {

struct Proposal {
    const primitives::Params& params;
    const consensus::PastHeaders& past;  // ends with the tip
    primitives::BlockPtr block;
    bool check_merkle_root = true;
};

// Everything that needs no coins: that it builds on the tip, its own rules but for proof of work and a signet solution,
// and those of its place. In the order in which Bitcoin Core reports errors.
Result<consensus::CheckedBlock, std::string> check_proposal(const Proposal& proposal, UnixTime now);

// The coins that connect_proposal() has to be given, each once: those that its inputs spend, and where BIP30 asks for
// it those that its outputs could overwrite.
std::vector<primitives::OutPoint> coins_needed(const Proposal& proposal);

// The rules about coins, and the scripts. `found`: one for each of coins_needed(), as it is at the tip.
consensus::Verdict connect_proposal(const Proposal& proposal, const consensus::CheckedBlock& checked,
                                    std::span<const std::optional<primitives::Coin>> found);

}  // namespace keel::mining
