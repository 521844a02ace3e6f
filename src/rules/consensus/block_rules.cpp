#include "rules/consensus/block_rules.hpp"

#include <numeric>

#include "base/assert.hpp"
#include "base/hex.hpp"
#include "rules/consensus/header_rules.hpp"
#include "rules/consensus/limits.hpp"
#include "rules/consensus/merkle.hpp"
#include "rules/consensus/signet.hpp"
#include "rules/consensus/tables.hpp"
#include "rules/consensus/tx_rules.hpp"
#include "rules/script/sigops.hpp"

namespace keel::consensus {

namespace {

struct OnNetwork {
    const Block& block;
    const Params& params;
};

struct Merkle {
    const Block& block;
    MerkleResult computed;
};

struct Sigops {
    std::int64_t legacy = 0;
};

bool signet_solved(const OnNetwork& c) { return !c.params.signet_blocks || check_signet_solution(c.block, c.params); }

bool merkle_root_matches(const Merkle& c) {
    return hash_cast<primitives::MerkleRoot>(c.computed.root) == c.block.header().merkle_root;
}
bool merkle_not_mutated(const Merkle& c) { return !c.computed.mutated; }

bool body_size(const Block& block) {
    return block.tx_count() != 0 && static_cast<std::int64_t>(block.stripped_size()) * kWitnessScale <= kMaxBlockWeight;
}
bool coinbase_first(const Block& block) { return block.tx(0).is_coinbase(); }
bool coinbase_only_first(const Block& block) {
    for (std::size_t i = 1; i < block.tx_count(); ++i) {
        if (block.tx(i).is_coinbase()) {
            return false;
        }
    }
    return true;
}

bool few_sigops(const Sigops& c) { return c.legacy * kWitnessScale <= kMaxBlockSigopCost; }

constexpr std::array<Rule<OnNetwork>, 1> kSignetRules{{
    {{.id = "block-signet-solution",
      .sentence = "The coinbase of a block MUST carry a solution that satisfies the challenge of the network.",
      .source = "BIP325",
      .token = "bad-signet-blksig",
      .debug = "signet block signature validation failure",
      .activation = Activation::signet},
     signet_solved},
}};

constexpr std::array<Rule<Merkle>, 2> kMerkleRules{{
    {{.id = "block-merkle-root",
      .sentence = "The merkle root in the header MUST be that of the ids of the transactions.",
      .source = "protocol",
      .token = "bad-txnmrklroot",
      .debug = "hashMerkleRoot mismatch",
      .kind = RejectKind::mutated},
     merkle_root_matches},
    {{.id = "block-merkle-unambiguous",
      .sentence = "The merkle tree MUST NOT pair two equal hashes, because repeated transactions could hide there.",
      .source = "protocol (CVE-2012-2459)",
      .token = "bad-txns-duplicate",
      .debug = "duplicate transaction",
      .kind = RejectKind::mutated},
     merkle_not_mutated},
}};

constexpr std::array<Rule<Block>, 3> kBodyRules{{
    {{.id = "block-size",
      .sentence = "A block MUST have a transaction and MUST NOT exceed 1,000,000 bytes without witnesses.",
      .source = "protocol; BIP141, Block size",
      .token = "bad-blk-length",
      .debug = "size limits failed"},
     body_size},
    {{.id = "block-coinbase-first",
      .sentence = "The first transaction of a block MUST be a coinbase.",
      .source = "protocol",
      .token = "bad-cb-missing",
      .debug = "first tx is not coinbase"},
     coinbase_first},
    {{.id = "block-coinbase-only-first",
      .sentence = "Transactions of a block other than the first MUST NOT be coinbases.",
      .source = "protocol",
      .token = "bad-cb-multiple",
      .debug = "more than one coinbase"},
     coinbase_only_first},
}};

constexpr std::array<Rule<Sigops>, 1> kSigopRules{{
    {{.id = "block-legacy-sigops",
      .sentence = "The scripts written in a block MUST NOT contain more than 20,000 signature checks.",
      .source = "protocol; BIP141, Sigops",
      .token = "bad-blk-sigops",
      .debug = "out-of-bounds SigOpCount"},
     few_sigops},
}};

constexpr std::array kPhases{
    Phase{"block-signet", "each block", kInfos<kSignetRules>},
    Phase{"block-merkle", "each block", kInfos<kMerkleRules>},
    Phase{"block-body", "each block", kInfos<kBodyRules>},
    Phase{"block-sigops", "each block, after its transactions", kInfos<kSigopRules>},
};

Verdict check_merkle(const Block& block) { return run_phase<kMerkleRules>(Merkle{block, block_merkle_root(block)}); }

Verdict check_transactions(const Block& block) {
    for (std::size_t i = 0; i < block.tx_count(); ++i) {
        if (const Verdict verdict = check_tx(block.tx(i)); !verdict) {
            const std::string where = "Transaction check failed (tx hash " + to_hex(block.tx(i).txid()) + ") ";
            return Failure<Reject>(verdict.error().within(RejectKind::invalid, where + verdict.error().debug()));
        }
    }
    return {};
}

}  // namespace

// The order is that of errors in Bitcoin Core. Everything that a third party could have spoiled on the way (merkle
// root) comes before what would brand the header as invalid.
class BlockChecker {
public:
    static Result<CheckedBlock, Reject> run(BlockPtr block, const Params& params, bool proposal, MerkleRoot root) {
        KEEL_ASSERT(block != nullptr);
        if (!proposal) {
            KEEL_CHECK(check_header(block->hash(), block->header().bits, params));
            KEEL_CHECK(run_phase<kSignetRules>(OnNetwork{*block, params}));
        }
        if (root == MerkleRoot::check) {
            KEEL_CHECK(check_merkle(*block));
        }
        KEEL_CHECK(run_phase<kBodyRules>(*block));
        KEEL_CHECK(check_transactions(*block));
        std::vector<std::uint32_t> sigops(block->tx_count());
        for (std::size_t i = 0; i < sigops.size(); ++i) {
            sigops[i] = static_cast<std::uint32_t>(script::legacy_sigops(block->tx(i)));
        }
        KEEL_CHECK(run_phase<kSigopRules>(Sigops{std::accumulate(sigops.begin(), sigops.end(), std::int64_t{0})}));
        return CheckedBlock(std::make_shared<const CheckedBlock::Contents>(
            CheckedBlock::Contents{std::move(block), std::move(sigops), proposal}));
    }
};

Result<CheckedBlock, Reject> check_block(BlockPtr block, const Params& params) {
    return BlockChecker::run(std::move(block), params, false, MerkleRoot::check);
}

Result<CheckedBlock, Reject> check_proposal(BlockPtr block, const Params& params, MerkleRoot root) {
    return BlockChecker::run(std::move(block), params, true, root);
}

Verdict check_body_matches_header(const Block& block, bool segwit_active) {
    KEEL_CHECK(check_merkle(block));
    return check_witnesses(block, segwit_active);
}

std::span<const Phase> block_phases() { return kPhases; }

}  // namespace keel::consensus
