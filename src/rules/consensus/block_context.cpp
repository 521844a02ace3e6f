#include "base/assert.hpp"
#include "rules/consensus/block_rules.hpp"
#include "rules/consensus/deployments.hpp"
#include "rules/consensus/limits.hpp"
#include "rules/consensus/locks.hpp"
#include "rules/consensus/merkle.hpp"
#include "rules/consensus/tables.hpp"
#include "rules/consensus/witness_commitment.hpp"
#include "rules/script/script_builder.hpp"

namespace keel::consensus {

namespace {

struct Place {
    const Block& block;
    Height height;
    std::int64_t lock_time;  // what the clock of lock times shows
    const Params& params;
};

struct Witnesses {
    const Block& block;
    std::optional<std::size_t> commitment;  // output of the coinbase; nothing before segwit or where there is none

    [[nodiscard]] std::vector<ByteSpan> reserved() const { return block.tx(0).input(0).witness().items(); }
};

bool all_final(const Place& c) {
    for (std::size_t i = 0; i < c.block.tx_count(); ++i) {
        if (!is_final(c.block.tx(i), c.height, c.lock_time)) {
            return false;
        }
    }
    return true;
}

bool height_in_coinbase(const Place& c) {
    if (!is_active(c.params.buried.bip34, c.height)) {
        return true;
    }
    const Bytes expected = script::ScriptBuilder().number(c.height.value()).bytes();
    const ByteSpan script = c.block.tx(0).input(0).script_sig();
    return script.size() >= expected.size() && equal(script.first(expected.size()), expected);
}

bool reserved_value_size(const Witnesses& c) {
    if (!c.commitment) {
        return true;
    }
    const std::vector<ByteSpan> items = c.reserved();
    return items.size() == 1 && items[0].size() == sizeof(RawHash);
}

bool commitment_matches(const Witnesses& c) {
    if (!c.commitment) {
        return true;
    }
    const ByteSpan script = c.block.tx(0).output(*c.commitment).script();
    const RawHash computed = witness_commitment(witness_merkle_root(c.block), c.reserved()[0]);
    return equal(script.subspan(kWitnessCommitmentOffset, sizeof(RawHash)), computed.span());
}

bool no_uncommitted_witness(const Witnesses& c) {
    if (c.commitment) {
        return true;
    }
    for (std::size_t i = 0; i < c.block.tx_count(); ++i) {
        if (c.block.tx(i).has_witness()) {
            return false;
        }
    }
    return true;
}

bool weight_in_limit(const Block& block) { return block.weight() <= primitives::Weight(kMaxBlockWeight); }

constexpr std::array<Rule<Place>, 2> kPlaceRules{{
    {{.id = "block-txs-final",
      .sentence = "Every transaction of a block MUST have a lock time that is past (by median time past where CSV is "
                  "active, by the block's own time before) or only final inputs.",
      .source = "protocol; BIP113",
      .token = "bad-txns-nonfinal",
      .debug = "non-final transaction"},
     all_final},
    {{.id = "block-height-in-coinbase",
      .sentence = "The input script of the coinbase MUST start with a push of the block's height.",
      .source = "BIP34",
      .token = "bad-cb-height",
      .debug = "block height mismatch in coinbase",
      .activation = Activation::bip34},
     height_in_coinbase},
}};

constexpr std::array<Rule<Witnesses>, 3> kWitnessRules{{
    {{.id = "block-witness-reserved-value",
      .sentence = "The coinbase of a block with a witness commitment MUST have one witness item, of 32 bytes.",
      .source = "BIP141, Commitment structure",
      .token = "bad-witness-nonce-size",
      .debug = "CheckWitnessMalleation : invalid witness reserved value size",
      .kind = RejectKind::mutated,
      .activation = Activation::segwit},
     reserved_value_size},
    {{.id = "block-witness-commitment",
      .sentence = "The witness commitment MUST be that of the witness ids of the transactions.",
      .source = "BIP141, Commitment structure",
      .token = "bad-witness-merkle-match",
      .debug = "CheckWitnessMalleation : witness merkle commitment mismatch",
      .kind = RejectKind::mutated,
      .activation = Activation::segwit},
     commitment_matches},
    {{.id = "block-witness-committed",
      .sentence = "A block without a witness commitment, or before segwit, MUST NOT contain witness data.",
      .source = "BIP141, Commitment structure",
      .token = "unexpected-witness",
      .debug = "CheckWitnessMalleation : unexpected witness data found",
      .kind = RejectKind::mutated},
     no_uncommitted_witness},
}};

constexpr std::array<Rule<Block>, 1> kWeightRules{{
    {{.id = "block-weight",
      .sentence = "The weight of a block MUST NOT exceed 4,000,000.",
      .source = "BIP141, Block size",
      .token = "bad-blk-weight",
      .debug = "ContextualCheckBlock : weight limit failed"},
     weight_in_limit},
}};

constexpr std::array kPhases{
    Phase{"block-context", "each block on top of its parent", kInfos<kPlaceRules>},
    Phase{"block-witness", "each block on top of its parent", kInfos<kWitnessRules>},
    // After the witness: what fills the coinbase's witness does not change the block's hash, and must not brand it.
    Phase{"block-weight", "each block on top of its parent", kInfos<kWeightRules>},
};

std::int64_t lock_time_clock(const Block& block, const PastHeaders& past, const Params& params) {
    return past.height() >= Height(0) && is_active(params.buried.csv, past.next_height())
               ? past.median_time_past()
               : std::int64_t{block.header().time};
}

}  // namespace

Verdict check_witnesses(const Block& block, bool segwit_active) {
    const bool has_coinbase = block.tx_count() != 0 && block.tx(0).input_count() != 0;
    return run_phase<kWitnessRules>(
        Witnesses{block, segwit_active && has_coinbase ? witness_commitment_output(block.tx(0)) : std::nullopt});
}

Verdict check_block_context(const CheckedBlock& checked, const PastHeaders& past, const Params& params) {
    const Block& block = checked.block();
    const Height height = past.next_height();
    KEEL_CHECK(run_phase<kPlaceRules>(Place{block, height, lock_time_clock(block, past, params), params}));
    KEEL_CHECK(check_witnesses(block, is_active(params.buried.segwit, height)));
    return run_phase<kWeightRules>(block);
}

std::span<const Phase> block_context_phases() { return kPhases; }

}  // namespace keel::consensus
