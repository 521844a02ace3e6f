// Any transaction that parses: each signature hash can be taken of each input, caches change nothing, and the short
// cuts for many inputs give what the plain way gives.
#include "base/assert.hpp"
#include "rules/primitives/tx.hpp"
#include "rules/script/find_and_delete.hpp"
#include "rules/script/sighash.hpp"

namespace keel::script {
namespace {

using primitives::Amount;
using primitives::CoinView;
using primitives::Reader;

void check_input(const TxContext& context, std::size_t input, ByteSpan code, HashType type) {
    SighashCache legacy(context, input, SighashCache::Algorithm::legacy);
    SighashCache witness(context, input, SighashCache::Algorithm::witness_v0);
    const RawHash legacy_hash = legacy_sighash(context, input, code, type);
    const RawHash witness_hash = witness_v0_sighash(context, input, code, type);
    for (const bool lasting : {false, true}) {
        KEEL_ASSERT(legacy.sighash({code, lasting}, type) == legacy_hash);
        KEEL_ASSERT(witness.sighash({code, lasting}, type) == witness_hash);
    }
    TaprootSpend spend;
    const auto key_path = taproot_sighash(context, input, static_cast<std::uint8_t>(type.value), spend);
    const auto again = taproot_sighash(context, input, static_cast<std::uint8_t>(type.value), spend);
    KEEL_ASSERT(key_path == again);
    spend.leaf = TaprootSpend::Leaf{legacy_hash};
    const auto leaf = taproot_sighash(context, input, static_cast<std::uint8_t>(type.value), spend);
    KEEL_ASSERT(key_path.has_value() == leaf.has_value() && (!leaf || *leaf != *key_path));
}

// Without witnesses and with them: only the former prepare blanked inputs, and no legacy hash covers a witness.
void check_preparation(const primitives::MutableTx& tx, std::size_t input, ByteSpan code, HashType type) {
    primitives::MutableTx plain = tx;
    primitives::MutableTx full = tx;
    for (std::size_t i = 0; i < tx.inputs.size(); ++i) {
        plain.inputs[i].witness.clear();
        full.inputs[i].witness = {Bytes(1)};
    }
    const auto prepared = plain.freeze();
    const auto unprepared = full.freeze();
    const std::vector<CoinView> coins(tx.inputs.size());
    KEEL_ASSERT(legacy_sighash(TxContext(prepared->view(), coins), input, code, type) ==
                legacy_sighash(TxContext(unprepared->view(), coins), input, code, type));
}

}  // namespace

void check_one(ByteSpan data) {
    Reader in(data);
    const HashType type{in.read<std::uint32_t>()};
    const auto choice = in.read<std::uint16_t>();
    const ByteSpan code = in.take(std::min<std::size_t>(in.read<std::uint8_t>(), in.remaining()));
    const ByteSpan signature = in.take(std::min<std::size_t>(in.read<std::uint8_t>(), in.remaining()));
    ScriptCodeEditor editor(code);
    KEEL_ASSERT(editor.remove_push_of(signature) == (editor.bytes().size() < code.size()));
    const auto tx = primitives::Tx::parse(to_bytes(in.take(in.remaining())));
    if (!tx || (*tx)->view().input_count() == 0) {
        return;
    }
    const std::size_t inputs = (*tx)->view().input_count();
    const std::vector<CoinView> coins(inputs, CoinView{Amount(7), primitives::Height(1), false, code});
    const TxContext context((*tx)->view(), coins, TxContext::Precompute::all);
    check_input(context, choice % inputs, editor.bytes(), type);
    check_preparation(primitives::MutableTx::from((*tx)->view()), choice % inputs, code, type);
}

}  // namespace keel::script

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    keel::script::check_one(std::as_bytes(std::span(data, size)));
    return 0;
}
