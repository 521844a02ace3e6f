#include "front/rpc/psbt_args.hpp"

#include "front/rpc/base64.hpp"
#include "rules/psbt/codec.hpp"

namespace keel::rpc {

Outcome<psbt::Psbt> psbt_of(std::string_view text) {
    const auto bytes = base64_decode(text);
    if (!bytes) {
        return fail(ErrorCode::deserialization, "TX decode failed invalid base64");
    }
    auto parsed = psbt::parse(*bytes);
    if (!parsed) {
        return fail(ErrorCode::deserialization, "TX decode failed " + parsed.error());
    }
    return std::move(*parsed);
}

std::optional<primitives::Amount> psbt_fee(const psbt::Psbt& psbt) {
    primitives::Amount fee;
    for (std::size_t i = 0; i < psbt.inputs.size(); ++i) {
        const auto output = psbt.spent_output(i);
        const auto sum = output && output->value.is_valid() ? fee.add(output->value) : std::nullopt;
        if (!sum || !sum->is_valid()) {
            return std::nullopt;
        }
        fee = *sum;
    }
    for (const primitives::TxOutput& output : psbt.tx.outputs) {
        const auto rest = output.value.is_valid() ? fee.subtract(output.value) : std::nullopt;
        if (!rest) {
            return std::nullopt;
        }
        fee = *rest;
    }
    return fee;
}

}  // namespace keel::rpc
