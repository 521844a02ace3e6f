#include "rules/script/tx_context.hpp"

#include "base/assert.hpp"
#include "rules/primitives/codec.hpp"
#include "rules/script/hash_writer.hpp"
#include "rules/script/script.hpp"

namespace keel::script {

namespace {

using primitives::InputView;
using primitives::OutPoint;
using primitives::TxView;

ByteSpan prevout_bytes(const InputView& input) {
    // The outpoint stands right before the script's length.
    const ByteSpan script = input.script_sig();
    return {script.data() - primitives::compact_size_length(script.size()) - OutPoint::kSize, OutPoint::kSize};
}

ByteSpan find_counted_outputs(TxView tx) {
    const ByteSpan body = tx.stripped_parts()[1];
    if (tx.input_count() == 0) {
        return body.subspan(1);
    }
    const ByteSpan script = tx.input(tx.input_count() - 1).script_sig();
    const std::byte* const end_of_inputs = script.data() + script.size() + sizeof(std::uint32_t);
    return {end_of_inputs, body.data() + body.size()};
}

}  // namespace

BlankInputs::BlankInputs(TxView tx, Sequences sequences) {
    bytes_.resize(tx.input_count() * kInputSize);
    HashWriter prefix;
    prefix.integer(tx.version()).compact_size(tx.input_count());
    for (std::size_t i = 0; i < tx.input_count(); ++i) {
        if (i % kStride == 0) {
            prefixes_.push_back(prefix.state());
        }
        const InputView input = tx.input(i);
        const auto blank = MutableByteSpan(bytes_).subspan(i * kInputSize, kInputSize);
        std::ranges::copy(prevout_bytes(input), blank.begin());
        if (sequences == Sequences::kept) {
            store_le(&blank[kInputSize - sizeof(std::uint32_t)], input.sequence());
        }
        prefix.bytes(blank);
    }
}

TxContext::TxContext(TxView tx, std::span<const CoinView> spent, Precompute what)
    : tx_(tx), spent_(spent), counted_outputs_(find_counted_outputs(tx)) {
    KEEL_ASSERT(spent.size() == tx.input_count());
    bool any_witness = what == Precompute::all;
    bool any_taproot = what == Precompute::all;
    std::size_t legacy = 0;
    for (std::size_t i = 0; i < spent.size(); ++i) {
        if (what == Precompute::by_witness && tx.input(i).witness().empty()) {
            ++legacy;
            continue;
        }
        any_witness = true;
        const auto program = witness_program(spent[i].script);
        any_taproot = any_taproot || (program && program->is_taproot());
    }
    if (any_witness) {
        compute_shared(any_taproot);
    }
    if (legacy >= kManyLegacyInputs) {
        blank_inputs_ = BlankInputs(tx, BlankInputs::Sequences::kept);
        blank_inputs_zero_ = BlankInputs(tx, BlankInputs::Sequences::zero);
    }
}

ByteSpan TxContext::outputs() const {
    return counted_outputs_.subspan(primitives::compact_size_length(tx_.output_count()));
}

ByteSpan TxContext::output(std::size_t index) const {
    const ByteSpan script = tx_.output(index).script();
    const std::size_t header = sizeof(std::int64_t) + primitives::compact_size_length(script.size());
    return {script.data() - header, header + script.size()};
}

const SharedHashes& TxContext::shared_hashes() const {
    KEEL_ASSERT(has_spent_hashes_);
    return shared_;
}

const SharedDoubleHashes& TxContext::shared_double_hashes() const {
    KEEL_ASSERT(has_shared_);
    return shared_double_;
}

void TxContext::compute_shared(bool with_spent) {
    HashWriter prevouts;
    HashWriter sequences;
    for (std::size_t i = 0; i < tx_.input_count(); ++i) {
        const InputView input = tx_.input(i);
        prevouts.bytes(prevout_bytes(input));
        sequences.integer(input.sequence());
    }
    shared_.prevouts = prevouts.single_hash();
    shared_.sequences = sequences.single_hash();
    shared_.outputs = crypto::sha256(outputs());
    shared_double_ = {crypto::sha256(shared_.prevouts.bytes), crypto::sha256(shared_.sequences.bytes),
                      crypto::sha256(shared_.outputs.bytes)};
    has_shared_ = true;
    if (!with_spent) {
        return;
    }
    HashWriter amounts;
    HashWriter scripts;
    for (const CoinView& coin : spent_) {
        amounts.integer(coin.value.satoshi());
        scripts.var_bytes(coin.script);
    }
    shared_.amounts = amounts.single_hash();
    shared_.scripts = scripts.single_hash();
    has_spent_hashes_ = true;
}

}  // namespace keel::script
