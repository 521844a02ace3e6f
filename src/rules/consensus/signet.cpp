#include "rules/consensus/signet.hpp"

#include "base/assert.hpp"
#include "rules/consensus/merkle.hpp"
#include "rules/consensus/witness_commitment.hpp"
#include "rules/script/interpreter.hpp"
#include "rules/script/script.hpp"
#include "rules/script/script_builder.hpp"

namespace keel::consensus {

namespace {

using primitives::MutableTx;
using primitives::OutPoint;
using primitives::Reader;
using primitives::TxInput;
using script::Flag;
using script::Opcode;

// BIP325 "Block signature": what a push starts with that carries the solution.
constexpr std::array<std::byte, 4> kMagic{std::byte{0xEC}, std::byte{0xC7}, std::byte{0xDA}, std::byte{0xA2}};

// BIP325 "Validation" asks for P2SH, segwit v0 and the malleability rules that came before it, whatever the network
// has.
constexpr script::Flags kFlags = Flag::p2sh | Flag::witness | Flag::dersig | Flag::nulldummy;

struct Section {
    Bytes without;  // the commitment's script with the solution cut out
    Bytes solution;
};

// Only the first push that has the magic and something behind it counts. Other operations are written again as they
// read; what cannot be read is dropped, so that every node arrives at the same bytes.
std::optional<Section> cut_solution(ByteSpan script) {
    script::ScriptBuilder without;
    Bytes solution;
    bool found = false;
    script::ScriptReader reader(script);
    for (script::Op op; reader.next(op);) {
        if (op.data.empty()) {
            without.op(op.code);
        } else if (!found && op.data.size() > kMagic.size() && equal(op.data.first(kMagic.size()), kMagic)) {
            solution = to_bytes(op.data.subspan(kMagic.size()));
            without.push(kMagic);
            found = true;
        } else {
            without.push(op.data);
        }
    }
    if (!found) {
        return std::nullopt;
    }
    return Section{std::move(without).bytes(), std::move(solution)};
}

// A script and a witness stack; false when the bytes are not exactly that.
bool decode_solution(ByteSpan solution, TxInput& input) {
    Reader in(solution);
    input.script_sig = to_bytes(in.read_var_bytes());
    const std::size_t items = in.read_count(primitives::kMaxSize, 1);
    for (std::size_t i = 0; i < items && in.ok(); ++i) {
        input.witness.push_back(to_bytes(in.read_var_bytes()));
    }
    in.expect_end();
    return in.ok();
}

RawHash merkle_root_with(const primitives::Block& block, const MutableTx& coinbase) {
    std::vector<RawHash> leaves;
    leaves.reserve(block.tx_count() + 1);
    leaves.push_back(hash_cast<RawHash>(coinbase.freeze()->txid()));
    for (std::size_t i = 1; i < block.tx_count(); ++i) {
        leaves.push_back(hash_cast<RawHash>(block.tx(i).txid()));
    }
    return merkle_root(std::move(leaves)).root;
}

// The parts of the header that a signer fixes before proof of work is done.
Bytes signed_header(const primitives::Header& header, const RawHash& merkle_root) {
    Bytes out;
    primitives::Writer writer(out);
    writer.write(header.version);
    writer.write_hash(header.previous);
    writer.write_hash(merkle_root);
    writer.write(header.time);
    return out;
}

primitives::TxPtr make_to_spend(const Bytes& header, ByteSpan challenge) {
    MutableTx tx{.version = 0, .inputs = {}, .outputs = {}, .lock_time = 0};
    tx.inputs.push_back({.prevout = {.txid = {}, .index = OutPoint::kNullIndex},
                         .script_sig = script::ScriptBuilder().op(Opcode::op_0).push(header).bytes(),
                         .sequence = 0,
                         .witness = {}});
    tx.outputs.push_back({.value = {}, .script = to_bytes(challenge)});
    return tx.freeze();
}

primitives::TxPtr make_to_sign(TxInput input, const primitives::Txid& to_spend) {
    input.prevout = {.txid = to_spend, .index = 0};
    input.sequence = 0;
    MutableTx tx{.version = 0, .inputs = {std::move(input)}, .outputs = {}, .lock_time = 0};
    tx.outputs.push_back({.value = {}, .script = script::ScriptBuilder().op(Opcode::op_return).bytes()});
    return tx.freeze();
}

}  // namespace

std::optional<SignetTxs> signet_txs(const primitives::Block& block, ByteSpan challenge) {
    if (block.tx_count() == 0) {
        return std::nullopt;
    }
    const std::optional<std::size_t> commitment = witness_commitment_output(block.tx(0));
    if (!commitment) {
        return std::nullopt;
    }
    MutableTx coinbase = MutableTx::from(block.tx(0));
    TxInput solution;
    if (std::optional<Section> section = cut_solution(coinbase.outputs[*commitment].script)) {
        if (!decode_solution(section->solution, solution)) {
            return std::nullopt;
        }
        coinbase.outputs[*commitment].script = std::move(section->without);
    }
    const Bytes header = signed_header(block.header(), merkle_root_with(block, coinbase));
    SignetTxs txs;
    txs.to_spend = make_to_spend(header, challenge);
    txs.to_sign = make_to_sign(std::move(solution), txs.to_spend->txid());
    return txs;
}

bool check_signet_solution(const primitives::Block& block, const primitives::Params& params) {
    if (block.hash() == params.genesis->hash()) {
        return true;
    }
    const std::optional<SignetTxs> txs = signet_txs(block, params.signet_challenge);
    if (!txs) {
        return false;
    }
    const std::array spent{primitives::CoinView{{}, primitives::Height(0), false, params.signet_challenge}};
    const script::TxContext context(txs->to_sign->view(), spent);
    return script::verify_input(context, 0, kFlags).has_value();
}

}  // namespace keel::consensus
