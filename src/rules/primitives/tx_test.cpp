#include "rules/primitives/tx.hpp"

#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "base/rng.hpp"
#include "crypto/sha256.hpp"
#include "testing/data.hpp"
#include "testing/data_json.hpp"

namespace keel::primitives {
namespace {

// One input, one output, and an input witness of one empty item.
constexpr std::string_view kVersion = "02000000";
constexpr std::string_view kInput =
    "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f0500000001abfeffffff";
constexpr std::string_view kOutput = "e80300000000000001ac";
constexpr std::string_view kLockTime = "11223344";

Bytes hex(std::initializer_list<std::string_view> parts) {
    std::string text;
    for (const auto part : parts) {
        text += part;
    }
    return from_hex(text).value();
}

Bytes random_bytes(Rng& rng, std::uint64_t below) {
    Bytes out(rng.below(below));
    rng.fill(out);
    return out;
}

MutableTx random_tx(Rng& rng) {
    MutableTx tx;
    tx.version = static_cast<std::uint32_t>(rng.next());
    tx.lock_time = static_cast<std::uint32_t>(rng.next());
    const bool with_witness = rng.chance(1, 2);
    for (std::uint64_t n = rng.between(1, 5); n > 0; --n) {
        TxInput input;
        rng.fill(input.prevout.txid.bytes);
        input.prevout.index = static_cast<std::uint32_t>(rng.next());
        input.script_sig = random_bytes(rng, rng.chance(1, 20) ? 70'000 : 300);
        input.sequence = static_cast<std::uint32_t>(rng.next());
        for (std::uint64_t items = with_witness ? rng.below(4) : 0; items > 0; --items) {
            input.witness.push_back(random_bytes(rng, 300));
        }
        tx.inputs.push_back(std::move(input));
    }
    for (std::uint64_t n = rng.below(300) < 2 ? 260 : rng.below(4); n > 0; --n) {
        tx.outputs.push_back({Amount(static_cast<std::int64_t>(rng.next())), random_bytes(rng, 60)});
    }
    return tx;
}

// Whatever parses must be exactly what serializing its parts gives.
void expect_canonical(const Bytes& raw) {
    const auto tx = Tx::parse(raw);
    if (tx) {
        ASSERT_EQ(to_hex(MutableTx::from((*tx)->view()).serialize()), to_hex(raw));
    }
}

DecodeError error_of(Bytes raw) {
    const auto tx = Tx::parse(std::move(raw));
    EXPECT_FALSE(tx);
    return tx ? DecodeError{} : tx.error();
}

TEST(Tx, FieldsOfAKnownSerialization) {
    const auto tx = Tx::parse(hex({kVersion, "0001", "01", kInput, "01", kOutput, "02", "00", "02aabb", kLockTime}));
    ASSERT_TRUE(tx);
    const TxView view = (*tx)->view();
    EXPECT_EQ(view.version(), 2U);
    EXPECT_EQ(view.lock_time(), 0x44332211U);
    ASSERT_EQ(view.input_count(), 1U);
    EXPECT_EQ(to_hex(view.input(0).prevout().txid), "1f1e1d1c1b1a191817161514131211100f0e0d0c0b0a09080706050403020100");
    EXPECT_EQ(view.input(0).prevout().index, 5U);
    EXPECT_EQ(to_hex(view.input(0).script_sig()), "ab");
    EXPECT_EQ(view.input(0).sequence(), 0xFFFFFFFEU);
    EXPECT_EQ(view.output(0).value(), Amount(1000));
    EXPECT_EQ(to_hex(view.output(0).script()), "ac");
    EXPECT_TRUE(view.has_witness());
    const auto items = view.input(0).witness().items();
    ASSERT_EQ(items.size(), 2U);
    EXPECT_TRUE(items[0].empty());
    EXPECT_EQ(to_hex(items[1]), "aabb");
    EXPECT_EQ(to_hex(view.input(0).witness().encoded()), "0002aabb");

    const Bytes stripped = hex({kVersion, "01", kInput, "01", kOutput, kLockTime});
    EXPECT_EQ(view.txid(), hash_cast<Txid>(crypto::sha256d(stripped)));
    EXPECT_EQ(view.wtxid(), hash_cast<Wtxid>(crypto::sha256d(view.raw())));
    EXPECT_EQ(view.stripped_size(), stripped.size());
    EXPECT_EQ(view.weight().value(), static_cast<std::int64_t>(3 * stripped.size() + (*tx)->raw().size()));
}

TEST(Tx, EveryPrefixIsTruncated) {
    const Bytes whole = hex({kVersion, "0001", "01", kInput, "01", kOutput, "0100", kLockTime});
    ASSERT_TRUE(Tx::parse(whole));
    for (std::size_t n = 0; n < whole.size(); ++n) {
        EXPECT_EQ(error_of(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(n))),
                  DecodeError::truncated)
            << n;
    }
}

TEST(Tx, EachDecodeErrorHasItsCause) {
    EXPECT_EQ(error_of(hex({kVersion, "01", kInput, "01", kOutput, kLockTime, "00"})), DecodeError::trailing_bytes);
    EXPECT_EQ(error_of(hex({kVersion, "fd0100", kInput, "01", kOutput, kLockTime})), DecodeError::non_canonical_size);
    EXPECT_EQ(error_of(hex({kVersion, "fe01000002", kInput, "01", kOutput, kLockTime})), DecodeError::size_too_large);
    EXPECT_EQ(error_of(hex({kVersion, "fdff00", kInput, "01", kOutput, kLockTime})), DecodeError::truncated);
    EXPECT_EQ(error_of(hex({kVersion, "0001", "01", kInput, "01", kOutput, "00", kLockTime})),
              DecodeError::superfluous_witness);
    EXPECT_EQ(error_of(hex({kVersion, "0001", "00", "00", kLockTime})), DecodeError::superfluous_witness);
    EXPECT_EQ(error_of(hex({kVersion, "0002", "01", kInput, "01", kOutput, "0100", kLockTime})),
              DecodeError::unknown_flags);
    EXPECT_EQ(error_of(hex({kVersion, "0003", "01", kInput, "01", kOutput, "0100", kLockTime})),
              DecodeError::unknown_flags);
    EXPECT_EQ(error_of(Bytes(kMaxSize + 1)), DecodeError::size_too_large);
}

TEST(Tx, EmptyTransactionAndOnesWithoutInputs) {
    const auto empty = Tx::parse(hex({kVersion, "0000", kLockTime}));
    ASSERT_TRUE(empty);
    EXPECT_EQ((*empty)->view().input_count() + (*empty)->view().output_count(), 0U);
    EXPECT_FALSE((*empty)->view().has_witness());

    MutableTx only_output;
    only_output.outputs.push_back({Amount(5), {}});
    EXPECT_EQ(MutableTx::from(only_output.freeze()->view()), only_output);
}

TEST(Tx, CoinbaseIsASingleInputThatSpendsNothing) {
    MutableTx tx;
    tx.inputs.resize(1);
    tx.inputs[0].prevout.index = OutPoint::kNullIndex;
    EXPECT_TRUE(tx.freeze()->view().is_coinbase());
    tx.inputs[0].prevout.txid.bytes[7] = std::byte{1};
    EXPECT_FALSE(tx.freeze()->view().is_coinbase());
    tx.inputs[0].prevout = {{}, 0};
    EXPECT_FALSE(tx.freeze()->view().is_coinbase());
    tx.inputs[0].prevout.index = OutPoint::kNullIndex;
    tx.inputs.push_back(tx.inputs[0]);
    EXPECT_FALSE(tx.freeze()->view().is_coinbase());
}

TEST(Tx, RandomTransactionsComeBackEqual) {
    Rng rng(20);
    for (int round = 0; round < 1000; ++round) {
        const MutableTx tx = random_tx(rng);
        const TxPtr frozen = tx.freeze();
        ASSERT_EQ(MutableTx::from(frozen->view()), tx);
        MutableTx stripped = tx;
        for (TxInput& input : stripped.inputs) {
            input.witness.clear();
        }
        ASSERT_EQ(frozen->txid(), hash_cast<Txid>(crypto::sha256d(stripped.serialize())));
        ASSERT_EQ(frozen->wtxid(), hash_cast<Wtxid>(crypto::sha256d(frozen->raw())));
        ASSERT_EQ(frozen->view().stripped_size(), stripped.serialize().size());
    }
}

TEST(Tx, MutatedBytesParseOnlyInCanonicalForm) {
    Rng rng(21);
    for (int round = 0; round < 20'000; ++round) {
        Bytes raw = random_tx(rng).serialize();
        for (std::uint64_t n = rng.between(1, 3); n > 0; --n) {
            // Half of the changes hit the front, where the counts are.
            const std::uint64_t range = rng.chance(1, 2) ? std::min<std::uint64_t>(raw.size(), 60) : raw.size();
            raw[rng.below(range)] = static_cast<std::byte>(rng.next());
        }
        if (rng.chance(1, 4)) {
            raw.resize(rng.below(raw.size()));
        }
        expect_canonical(raw);
    }
}

// Some of these have no inputs yet: such bytes mean something in the form before BIP144 only.
TxPtr parse_either(const Bytes& raw) {
    auto tx = Tx::parse(raw);
    if (!tx) {
        tx = Tx::parse_without_witness(raw);
    }
    return tx ? *tx : nullptr;
}

TEST(Tx, CoreUtilVectorsKeepTheirBytes) {
    KEEL_DATA_OR_SKIP(const auto folder, "vectors/core/util");
    int total = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().extension() != ".hex") {
            continue;
        }
        const Bytes raw = from_hex(testing::read_lines(entry.path()).at(0)).value();
        const TxPtr tx = parse_either(raw);
        ASSERT_TRUE(tx) << entry.path();
        EXPECT_EQ(to_hex(MutableTx::from(tx->view()).serialize()), to_hex(raw)) << entry.path();
        ++total;
    }
    EXPECT_GE(total, 30);
}

TEST(Tx, CoreUtilVectorsHaveTheListedIdsAndSizes) {
    KEEL_DATA_OR_SKIP(const auto folder, "vectors/core/util");
    int total = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (!entry.path().filename().string().starts_with("t") || entry.path().extension() != ".json") {
            continue;
        }
        const auto value = testing::load_json(entry.path());
        const TxPtr tx = parse_either(from_hex(testing::text_of(value.at("hex"))).value());
        ASSERT_TRUE(tx) << entry.path();
        EXPECT_EQ(to_hex(tx->txid()), testing::text_of(value.at("txid"))) << entry.path();
        EXPECT_EQ(to_hex(tx->wtxid()), testing::text_of(value.at("hash"))) << entry.path();
        EXPECT_EQ(static_cast<std::int64_t>(tx->raw().size()), value.at("size").as_int64()) << entry.path();
        EXPECT_EQ(tx->view().weight().value(), value.at("weight").as_int64()) << entry.path();
        ++total;
    }
    EXPECT_GE(total, 20);
}

TEST(Tx, SingleTransactionVectorsKeepTheirBytes) {
    KEEL_DATA_OR_SKIP(const auto folder, "vectors/tx");
    int total = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        Bytes raw;
        if (entry.path().extension() == ".raw") {
            raw = testing::read_file(entry.path());
        } else if (entry.path().extension() == ".hex") {
            raw = from_hex(testing::read_lines(entry.path()).at(0)).value();
        } else {
            continue;
        }
        const auto tx = Tx::parse(raw);
        ASSERT_TRUE(tx) << entry.path();
        EXPECT_EQ(MutableTx::from((*tx)->view()).serialize(), raw) << entry.path();
        ++total;
    }
    EXPECT_GE(total, 9);
}

}  // namespace
}  // namespace keel::primitives
