#include "base/assert.hpp"
#include "rules/primitives/outpoint.hpp"
#include "rules/script/hash_writer.hpp"
#include "rules/script/sighash.hpp"

namespace keel::script {

namespace {

constexpr std::uint8_t kEpoch = 0;       // BIP341
constexpr std::uint8_t kKeyVersion = 0;  // BIP342

// DEFAULT to SINGLE, and ALL to SINGLE with ANYONECANPAY.
bool is_valid_hash_type(std::uint8_t type) {
    return type <= kSighashSingle ||
           (type >= (kSighashAnyoneCanPay | kSighashAll) && type <= (kSighashAnyoneCanPay | kSighashSingle));
}

void write_this_input(HashWriter& out, const TxContext& context, std::size_t input) {
    const primitives::InputView view = context.tx().input(input);
    const primitives::OutPoint prevout = view.prevout();
    out.hash(prevout.txid).integer(prevout.index);
    out.integer(context.spent(input).value.satoshi()).var_bytes(context.spent(input).script);
    out.integer(view.sequence());
}

}  // namespace

std::optional<RawHash> taproot_sighash(const TxContext& context, std::size_t input, std::uint8_t hash_type,
                                       TaprootSpend& spend) {
    static const crypto::Sha256 kStart = crypto::tagged_hasher("TapSighash");
    const primitives::TxView tx = context.tx();
    KEEL_ASSERT(input < tx.input_count());
    const bool one_input = (hash_type & kSighashAnyoneCanPay) != 0;
    const bool single = (hash_type & 3U) == kSighashSingle;
    const bool all_outputs = !single && (hash_type & 3U) != kSighashNone;
    if (!is_valid_hash_type(hash_type) || (single && input >= tx.output_count())) {
        return std::nullopt;
    }
    const SharedHashes& shared = context.shared_hashes();
    HashWriter out(kStart);
    out.integer(kEpoch).integer(hash_type).integer(tx.version()).integer(tx.lock_time());
    if (!one_input) {
        out.hash(shared.prevouts).hash(shared.amounts).hash(shared.scripts).hash(shared.sequences);
    }
    if (all_outputs) {
        out.hash(shared.outputs);
    }
    out.integer(static_cast<std::uint8_t>((spend.leaf ? 2U : 0U) + (spend.annex_hash ? 1U : 0U)));
    if (one_input) {
        write_this_input(out, context, input);
    } else {
        out.integer(static_cast<std::uint32_t>(input));
    }
    if (spend.annex_hash) {
        out.hash(*spend.annex_hash);
    }
    if (single) {
        if (!spend.single_output) {
            spend.single_output = crypto::sha256(context.output(input));
        }
        out.hash(*spend.single_output);
    }
    if (spend.leaf) {
        out.hash(spend.leaf->hash).integer(kKeyVersion).integer(spend.leaf->code_separator);
    }
    return out.single_hash();
}

}  // namespace keel::script
