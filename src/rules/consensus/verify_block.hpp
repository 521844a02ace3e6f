// Every rule that can be checked on one block with no chain around it: what `keel verify-block` reports.
//
// What is missing is never guessed: a check that the data at hand cannot decide is listed as not done. Where a bound is
// known, it is used in the lenient direction (the median time of the parent is below the block's own time), so that a
// failure is always a real one.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rules/consensus/block_rules.hpp"
#include "rules/consensus/rule.hpp"
#include "rules/primitives/coin.hpp"

namespace keel::consensus {

struct BlockToVerify {
    const Params& params;
    primitives::Height height;
    BlockPtr block;
    // For each input but the coinbase's, in block order, the output that it spends. Nothing: unknown.
    std::optional<ByteSpan> spent_outputs;
    // And 8 bytes each for where it comes from: u32 height * 2 + coinbase, u32 median time past of the block before
    // that one (0: unknown). Nothing: unknown; then coins count as old enough for everything.
    std::optional<ByteSpan> spent_origins;
};

struct VerifyReport {
    enum class Outcome : std::uint8_t { passed, failed, not_checked };
    struct Line {
        Outcome outcome = Outcome::passed;
        std::string what;
        std::string detail;  // figures, why it failed, or what data would be needed
    };
    std::vector<Line> lines;
    std::optional<Reject> reject;     // the first failure
    std::size_t scripts_checked = 0;  // inputs whose scripts ran
    std::optional<primitives::Amount> fees;

    [[nodiscard]] bool valid() const { return !reject.has_value(); }
};

// The error is one sentence about the data supplied (its size does not fit the block), not about the block.
Result<VerifyReport, std::string> verify_block(const BlockToVerify& input);

}  // namespace keel::consensus
