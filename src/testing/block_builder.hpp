// Small valid blocks for tests, mined at the difficulty of regtest.
#pragma once

#include <vector>

#include "rules/consensus/merkle.hpp"
#include "rules/consensus/pow.hpp"
#include "rules/consensus/witness_commitment.hpp"
#include "rules/primitives/block.hpp"
#include "rules/script/script_builder.hpp"

namespace keel::testing {

// Anyone can spend it: OP_TRUE.
inline Bytes anyone_script() { return {std::byte{0x51}}; }

// A coinbase for a block at this height (BIP34) that pays `value` to anyone.
inline primitives::MutableTx make_coinbase(primitives::Height height, primitives::Amount value) {
    primitives::MutableTx tx;
    tx.inputs.push_back({.prevout = {.txid = {}, .index = primitives::OutPoint::kNullIndex},
                         .script_sig = script::ScriptBuilder().number(height.value()).op(script::Opcode::op_0).bytes(),
                         .sequence = 0xFFFFFFFF,
                         .witness = {}});
    tx.outputs.push_back({.value = value, .script = anyone_script()});
    return tx;
}

// A transaction that spends these outpoints and pays `value` to anyone.
inline primitives::MutableTx make_spend(const std::vector<primitives::OutPoint>& prevouts, primitives::Amount value) {
    primitives::MutableTx tx;
    for (const primitives::OutPoint& prevout : prevouts) {
        tx.inputs.push_back({.prevout = prevout, .script_sig = {}, .sequence = 0xFFFFFFFF, .witness = {}});
    }
    tx.outputs.push_back({.value = value, .script = anyone_script()});
    return tx;
}

// An outpoint that names no transaction of this test.
inline primitives::OutPoint some_outpoint(std::uint32_t index) {
    primitives::OutPoint out;
    out.txid.bytes[0] = std::byte{0xAB};
    out.index = index;
    return out;
}

// Gives the coinbase the witness and the output that commit to the witnesses of these transactions (BIP141).
inline void commit_to_witnesses(std::vector<primitives::MutableTx>& txs) {
    const Bytes reserved(32);
    txs[0].inputs[0].witness = {reserved};
    const RawHash root = consensus::witness_merkle_root(*primitives::Block::assemble({}, txs));
    txs[0].outputs.push_back(
        {.value = {}, .script = consensus::witness_commitment_script(consensus::witness_commitment(root, reserved))});
}

// Changes the nonce until the hash meets the header's own bits.
inline void find_nonce(primitives::Header& header) {
    const U256 any = ~U256();
    while (!consensus::check_proof_of_work(header.hash(), header.bits, any)) {
        ++header.nonce;
    }
}

// With this merkle root and a proof of work for it.
inline primitives::BlockPtr mine_as_is(primitives::Header header, const std::vector<primitives::MutableTx>& txs) {
    find_nonce(header);
    return primitives::Block::assemble(header, txs);
}

// With the merkle root of its transactions and a proof of work.
inline primitives::BlockPtr mine(primitives::Header header, const std::vector<primitives::MutableTx>& txs) {
    const RawHash root = consensus::block_merkle_root(*primitives::Block::assemble(header, txs)).root;
    header.merkle_root = hash_cast<primitives::MerkleRoot>(root);
    return mine_as_is(header, txs);
}

}  // namespace keel::testing
