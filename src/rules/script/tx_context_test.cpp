// Signature hashes against a naive reference, where the implementation takes shortcuts.
#include "rules/script/tx_context.hpp"

#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "base/rng.hpp"
#include "rules/primitives/tx.hpp"
#include "rules/script/sighash.hpp"

namespace keel::script {
namespace {

using primitives::Amount;
using primitives::CoinView;
using primitives::MutableTx;
using primitives::TxInput;
using primitives::Writer;

// The way the first client did it: edit a copy of the transaction and serialize it. `script_code` must be free of
// OP_CODESEPARATOR.
RawHash naive_legacy_sighash(MutableTx tx, std::size_t index, const Bytes& script_code, HashType type) {
    if (type.single() && index >= tx.outputs.size()) {
        RawHash one;
        one.bytes[0] = std::byte{1};
        return one;
    }
    for (std::size_t i = 0; i < tx.inputs.size(); ++i) {
        tx.inputs[i].witness.clear();
        tx.inputs[i].script_sig = i == index ? script_code : Bytes();
        if (i != index && (type.single() || type.none())) {
            tx.inputs[i].sequence = 0;
        }
    }
    if (type.none()) {
        tx.outputs.clear();
    } else if (type.single()) {
        tx.outputs.resize(index + 1);
        std::fill_n(tx.outputs.begin(), index, primitives::TxOutput{Amount(-1), {}});
    }
    if (type.anyone_can_pay()) {
        tx.inputs = {tx.inputs[index]};
    }
    Bytes bytes = tx.serialize();
    Writer(bytes).write(type.value);
    return crypto::sha256d(bytes);
}

// Script code of single-byte operations, none of them OP_CODESEPARATOR.
Bytes random_code(Rng& rng, std::size_t size_max) {
    Bytes out(rng.below(size_max + 1));
    std::ranges::generate(out, [&] { return static_cast<std::byte>(rng.between(0x4f, 0xaa)); });
    return out;
}

Bytes random_bytes(Rng& rng, std::size_t size_max) {
    Bytes out(rng.below(size_max + 1));
    rng.fill(out);
    return out;
}

MutableTx random_tx(Rng& rng, std::size_t inputs, std::size_t outputs) {
    MutableTx tx;
    tx.version = static_cast<std::uint32_t>(rng.next());
    tx.lock_time = static_cast<std::uint32_t>(rng.next());
    for (std::size_t i = 0; i < inputs; ++i) {
        TxInput input;
        rng.fill(input.prevout.txid.bytes);
        input.prevout.index = static_cast<std::uint32_t>(rng.next());
        input.script_sig = random_bytes(rng, rng.chance(1, 10) ? 300 : 20);
        input.sequence = static_cast<std::uint32_t>(rng.next());
        if (rng.chance(1, 4)) {
            input.witness = {random_bytes(rng, 10)};
        }
        tx.inputs.push_back(input);
    }
    for (std::size_t i = 0; i < outputs; ++i) {
        tx.outputs.push_back({Amount(static_cast<std::int64_t>(rng.next())), random_bytes(rng, 300)});
    }
    return tx;
}

HashType random_type(Rng& rng) {
    return {
        static_cast<std::uint32_t>(rng.chance(1, 2) ? rng.between(1, 3) + (rng.chance(1, 2) ? 0x80 : 0) : rng.next())};
}

// Cut where the script stops parsing: behind the length of the push.
TEST(LegacySighash, APushCutShortIsSignedUpToItsLength) {
    Rng rng(9);
    const MutableTx tx = random_tx(rng, 1, 1);
    const auto frozen = tx.freeze();
    const std::vector<CoinView> coins(1);
    const TxContext context(frozen->view(), coins);
    struct Case {
        const char* code;
        const char* written;
    };
    const Case cases[] = {{"510511", "5105"},         {"514c", "514c"},      {"514c0211", "514c02"}, {"514d01", "514d"},
                          {"514d020011", "514d0200"}, {"514e0100", "514e"},  {"05", "05"},           {"51", "51"},
                          {"ab510511", "5105"},       {"ab51ab0511", "5105"}};
    for (const Case& c : cases) {
        const Bytes code = *from_hex(c.code);
        const Bytes written = *from_hex(c.written);
        // A reference serialization whose script has its real length in front, patched to the length of the code.
        const auto separators = static_cast<std::size_t>(std::ranges::count(code, std::byte{0xab}));
        MutableTx signed_tx = tx;
        signed_tx.inputs[0].witness.clear();
        signed_tx.inputs[0].script_sig = written;
        Bytes bytes = signed_tx.serialize();
        bytes[4 + 1 + 36] = static_cast<std::byte>(code.size() - separators);
        Writer(bytes).write(std::uint32_t{1});
        EXPECT_EQ(legacy_sighash(context, 0, code, {1}), crypto::sha256d(bytes)) << c.code;
    }
}

TEST(LegacySighash, EqualsTheNaiveReferenceForFewAndManyInputs) {
    Rng rng(4);
    for (const std::size_t inputs : {1U, 2U, 5U, 15U, 16U, 21U, 22U, 23U, 33U, 64U, 300U}) {
        const MutableTx tx = random_tx(rng, inputs, rng.below(2 * inputs + 1));
        const auto frozen = tx.freeze();
        const std::vector<CoinView> coins(inputs);
        const TxContext context(frozen->view(), coins);
        for (int round = 0; round < 60; ++round) {
            const std::size_t index = rng.below(inputs);
            const Bytes code = random_code(rng, 60);
            const HashType type = random_type(rng);
            EXPECT_EQ(legacy_sighash(context, index, code, type), naive_legacy_sighash(tx, index, code, type))
                << inputs << " inputs, input " << index << ", type " << type.value;
        }
    }
}

TEST(LegacySighash, CodeSeparatorsAreDroppedButNotInsidePushes) {
    Rng rng(5);
    const MutableTx tx = random_tx(rng, 2, 2);
    const auto frozen = tx.freeze();
    const std::vector<CoinView> coins(2);
    const TxContext context(frozen->view(), coins);
    const auto bytes = [](std::initializer_list<unsigned char> list) {
        Bytes out;
        for (const unsigned char b : list) {
            out.push_back(std::byte{b});
        }
        return out;
    };
    const Bytes with = bytes({0xab, 0x51, 0xab, 0xab, 0x02, 0xab, 0xab, 0xac, 0xab});
    const Bytes without = bytes({0x51, 0x02, 0xab, 0xab, 0xac});
    EXPECT_EQ(legacy_sighash(context, 1, with, {1}), naive_legacy_sighash(tx, 1, without, {1}));
}

TEST(TxContext, OutputsAreFoundInTheSerialization) {
    Rng rng(6);
    for (int round = 0; round < 50; ++round) {
        const std::size_t outputs = rng.below(300);
        const MutableTx tx = random_tx(rng, rng.between(1, 5), outputs);
        const auto frozen = tx.freeze();
        const std::vector<CoinView> coins(tx.inputs.size());
        const TxContext context(frozen->view(), coins);
        Bytes expected;
        Writer out(expected);
        for (std::size_t i = 0; i < outputs; ++i) {
            const std::size_t begin = expected.size();
            out.write(tx.outputs[i].value.satoshi());
            out.write_var_bytes(tx.outputs[i].script);
            EXPECT_TRUE(equal(context.output(i), ByteSpan(expected).subspan(begin)));
        }
        EXPECT_TRUE(equal(context.outputs(), expected));
        Bytes counted;
        Writer(counted).write_compact_size(outputs);
        append(counted, expected);
        EXPECT_TRUE(equal(context.counted_outputs(), counted));
    }
}

TEST(TxContext, SharedHashesAreComputedForWitnessesOrOnRequest) {
    MutableTx tx;
    tx.inputs.resize(2);
    tx.inputs[1].prevout.index = 1;
    tx.outputs.push_back({Amount(1), {}});
    const std::vector<CoinView> coins(2);
    const auto bare = tx.freeze();
    const TxContext all(bare->view(), coins, TxContext::Precompute::all);
    tx.inputs[1].witness = {Bytes(1)};
    const auto with_witness = tx.freeze();
    const TxContext some(with_witness->view(), coins);
    EXPECT_EQ(all.shared_double_hashes().prevouts, some.shared_double_hashes().prevouts);
    EXPECT_EQ(crypto::sha256(all.shared_hashes().outputs.bytes), all.shared_double_hashes().outputs);
    EXPECT_DEATH((void)some.shared_hashes(), "has_spent_hashes_");
    EXPECT_DEATH((void)TxContext(bare->view(), coins).shared_double_hashes(), "has_shared_");
}

TEST(SighashCache, GivesWhatTheFunctionsGive) {
    Rng rng(8);
    const MutableTx tx = random_tx(rng, 3, 2);
    const auto frozen = tx.freeze();
    const std::vector<CoinView> coins(3);
    const TxContext context(frozen->view(), coins, TxContext::Precompute::all);
    for (std::size_t input = 0; input < 3; ++input) {
        SighashCache legacy(context, input, SighashCache::Algorithm::legacy);
        SighashCache witness(context, input, SighashCache::Algorithm::witness_v0);
        const std::array codes{random_code(rng, 30), random_code(rng, 30)};
        for (int round = 0; round < 500; ++round) {
            const Bytes& code = codes[rng.below(2)];
            const HashType type{static_cast<std::uint32_t>(rng.below(256))};
            const bool lasting = rng.chance(1, 2);
            EXPECT_EQ(legacy.sighash({code, lasting}, type), legacy_sighash(context, input, code, type));
            EXPECT_EQ(witness.sighash({code, lasting}, type), witness_v0_sighash(context, input, code, type));
        }
    }
}

}  // namespace
}  // namespace keel::script
