#include "rules/script/sigops.hpp"

#include "base/assert.hpp"
#include "rules/script/script.hpp"

namespace keel::script {

namespace {

using enum Opcode;
using primitives::InputView;
using primitives::TxView;
using primitives::WitnessView;

std::int64_t program_sigops(const WitnessProgram& program, const WitnessView& witness) {
    if (program.is_key_hash()) {
        return 1;
    }
    if (program.is_script_hash() && !witness.empty()) {
        return count_sigops(witness.items().back(), MultisigCount::announced);
    }
    return 0;
}

}  // namespace

std::int64_t count_sigops(ByteSpan script, MultisigCount multisig) {
    std::int64_t count = 0;
    Opcode before = op_invalidopcode;
    ScriptReader reader(script);
    for (Op op{}; reader.next(op); before = op.code) {
        if (op.code == op_checksig || op.code == op_checksigverify) {
            ++count;
        } else if (op.code == op_checkmultisig || op.code == op_checkmultisigverify) {
            const bool announced = multisig == MultisigCount::announced && is_small_integer(before);
            count += announced ? small_integer_value(before) : static_cast<std::int64_t>(kMultisigKeysMax);
        }
    }
    return count;
}

std::int64_t legacy_sigops(TxView tx) {
    std::int64_t count = 0;
    for (std::size_t i = 0; i < tx.input_count(); ++i) {
        count += count_sigops(tx.input(i).script_sig(), MultisigCount::always_most);
    }
    for (std::size_t i = 0; i < tx.output_count(); ++i) {
        count += count_sigops(tx.output(i).script(), MultisigCount::always_most);
    }
    return count;
}

std::int64_t p2sh_sigops(ByteSpan script_pubkey, ByteSpan script_sig) {
    if (!is_pay_to_script_hash(script_pubkey)) {
        return 0;
    }
    const auto redeem = last_push(script_sig);
    return redeem ? count_sigops(*redeem, MultisigCount::announced) : 0;
}

std::int64_t witness_sigops(const InputView& input, ByteSpan script_pubkey) {
    if (const auto program = witness_program(script_pubkey)) {
        return program_sigops(*program, input.witness());
    }
    if (!is_pay_to_script_hash(script_pubkey)) {
        return 0;
    }
    const auto redeem = last_push(input.script_sig());
    const auto program = redeem ? witness_program(*redeem) : std::nullopt;
    return program ? program_sigops(*program, input.witness()) : 0;
}

std::int64_t sigop_cost(TxView tx, std::span<const primitives::CoinView> spent, Flags flags) {
    std::int64_t cost = legacy_sigops(tx) * kLegacySigopCost;
    if (tx.is_coinbase()) {
        return cost;
    }
    KEEL_ASSERT(spent.size() == tx.input_count());
    for (std::size_t i = 0; i < spent.size(); ++i) {
        const InputView input = tx.input(i);
        if (flags.has(Flag::p2sh)) {
            cost += p2sh_sigops(spent[i].script, input.script_sig()) * kLegacySigopCost;
        }
        if (flags.has(Flag::witness)) {
            cost += witness_sigops(input, spent[i].script);
        }
    }
    return cost;
}

}  // namespace keel::script
