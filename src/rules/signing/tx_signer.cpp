#include "rules/signing/tx_signer.hpp"

#include "rules/script/interpreter.hpp"
#include "rules/script/script.hpp"
#include "rules/script/script_builder.hpp"
#include "rules/signing/attempt.hpp"

namespace keel::signing {
namespace {

using script::OutputType;

// The elements that a scriptSig of pushes leaves on the stack; nothing when it does something else.
std::optional<std::vector<Bytes>> pushed_by(ByteSpan script_sig) {
    std::vector<Bytes> out;
    script::ScriptReader reader(script_sig);
    script::Op op{};
    while (!reader.at_end()) {
        if (!reader.next(op) || op.code > script::Opcode::op_16) {
            return std::nullopt;
        }
        if (script::is_small_integer(op.code)) {
            out.push_back({static_cast<std::byte>(script::small_integer_value(op.code))});
        } else if (op.code == script::Opcode::op_1negate) {
            out.push_back({std::byte{0x81}});
        } else {
            out.push_back(to_bytes(op.data));
        }
    }
    return out;
}

}  // namespace

TxSigner::TxSigner(primitives::MutableTx tx, KnownCoins coins) : tx_(std::move(tx)), coins_(std::move(coins)) {
    frozen_ = tx_.freeze();
    for (const auto& coin : coins_) {
        knows_all_ = knows_all_ && coin.has_value();
        views_.push_back(coin ? coin->view() : primitives::CoinView());
    }
    context_ = std::make_unique<script::TxContext>(frozen_->view(), views_, script::TxContext::Precompute::all);
}

TxSigner::~TxSigner() = default;

script::Status TxSigner::verify(std::size_t input, const Bytes& script_sig, const std::vector<Bytes>& witness) const {
    primitives::MutableTx tx = tx_;
    tx.inputs[input].script_sig = script_sig;
    tx.inputs[input].witness = witness;
    const primitives::TxPtr frozen = tx.freeze();
    const script::TxContext context(frozen->view(), views_);
    return script::verify_input(context, input, script::kStandardFlags);
}

void TxSigner::sign(std::size_t input, const address::KeyStore& keys, std::uint8_t hash_type, SpendData& data) const {
    if (data.complete) {
        return;
    }
    const primitives::Coin& coin = *coins_[input];
    const bool solved = Attempt({*context_, input, coin, knows_all_}, keys, hash_type, data).compose(coin.script);
    data.complete = solved && verify(input, data.script_sig, data.witness);
}

void TxSigner::pretend(std::size_t input, const address::KeyStore& keys, SpendData& data) const {
    if (data.complete) {
        return;
    }
    const primitives::Coin& coin = *coins_[input];
    data.complete = Attempt({*context_, input, coin, knows_all_, true}, keys, 0, data).compose(coin.script);
}

SpendData TxSigner::existing(std::size_t input) const {
    const primitives::Coin& coin = *coins_[input];
    const primitives::TxInput& given = tx_.inputs[input];
    SpendData out;
    out.script_sig = given.script_sig;
    out.witness = given.witness;
    if (verify(input, out.script_sig, out.witness)) {
        out.complete = true;
        out.has_witness = !out.witness.empty();
        return out;
    }
    std::vector<Bytes> stack = pushed_by(given.script_sig).value_or(std::vector<Bytes>());
    Bytes script = coin.script;
    bool witness = false;
    if (script::solve(script).type == OutputType::scripthash && !stack.empty() && !stack.back().empty()) {
        out.redeem_script = stack.back();
        script = out.redeem_script;
        stack.pop_back();
    }
    const OutputType type = script::solve(script).type;
    if (type == OutputType::witness_v0_keyhash || type == OutputType::witness_v0_scripthash) {
        witness = true;
        stack = given.witness;
    }
    if (type == OutputType::witness_v0_scripthash && !stack.empty() && !stack.back().empty()) {
        out.witness_script = stack.back();
        script = out.witness_script;
        stack.pop_back();
    }
    Attempt({*context_, input, coin, knows_all_}, {}, 0, out).collect(script, witness, stack);
    return out;
}

}  // namespace keel::signing
