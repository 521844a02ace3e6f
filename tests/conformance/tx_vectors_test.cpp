// core/tx_valid.json and core/tx_invalid.json: whole transactions against the coins they spend.
//
// In tx_valid the flags listed are those that may not be set (the set is maximal: setting any one of them breaks the
// transaction); in tx_invalid those that make it fail.
#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "base/rng.hpp"
#include "script_vectors.hpp"
#include "testing/data.hpp"
#include "testing/data_json.hpp"

namespace keel::conformance {
namespace {

using boost::json::array;
using primitives::Amount;
using primitives::OutPoint;
using script::Flags;
using script::kAllFlags;
using script::kFlagCount;
using testing::text_of;

struct TxVector {
    primitives::TxPtr tx;
    Coins coins;
    std::string flags;
    std::string text;  // for messages

    [[nodiscard]] bool passes(Flags set) const {
        const script::TxContext context(tx->view(), coins.views());
        return verify_all(context, set, verifier).has_value();
    }

    CachingVerifier verifier;
};

// Nothing for comments.
std::optional<TxVector> read_vector(const boost::json::value& entry) {
    const array& row = entry.as_array();
    if (!row[0].is_array()) {
        return std::nullopt;
    }
    std::map<OutPoint, std::pair<Amount, Bytes>> coins;
    for (const boost::json::value& item : row[0].as_array()) {
        const array& coin = item.as_array();
        const OutPoint outpoint{*hash_from_hex<primitives::Txid>(text_of(coin[0])),
                                static_cast<std::uint32_t>(coin[1].as_int64())};
        const Amount value(coin.size() > 3 ? coin[3].as_int64() : 0);
        coins[outpoint] = {value, parse_script(text_of(coin[2]))};
    }
    TxVector out;
    out.tx = primitives::Tx::parse(hex_bytes(row[1])).value();
    out.flags = text_of(row[2]);
    out.text = boost::json::serialize(entry);
    for (std::size_t i = 0; i < out.tx->view().input_count(); ++i) {
        const auto found = coins.find(out.tx->view().input(i).prevout());
        // Transactions that are malformed in themselves come with coins that do not fit them.
        EXPECT_TRUE(found != coins.end() || out.flags == "BADTX") << out.text;
        out.coins.add(found == coins.end() ? Amount() : found->second.first,
                      found == coins.end() ? Bytes() : found->second.second);
    }
    return out;
}

Flags random_flags(Rng& rng) { return Flags::from_bits(static_cast<std::uint32_t>(rng.next())); }

Flags one_flag(std::size_t index) { return static_cast<script::Flag>(index); }

void check_valid(const TxVector& vector, Rng& rng) {
    const Flags excluded = parse_flags(vector.flags);
    const Flags flags = kAllFlags.without(excluded);
    EXPECT_TRUE(flags.is_consistent()) << vector.text;
    EXPECT_TRUE(vector.passes(flags)) << vector.text;
    for (std::size_t i = 0; i < kFlagCount; ++i) {
        EXPECT_TRUE(vector.passes(trim(flags.without(one_flag(i))))) << i << vector.text;
        EXPECT_TRUE(vector.passes(trim(flags.without(random_flags(rng))))) << vector.text;
        const Flags fewer = trim(excluded.without(one_flag(i)));
        if (fewer != excluded) {
            EXPECT_FALSE(vector.passes(fill(kAllFlags.without(fewer)))) << i << vector.text;
        }
    }
}

void check_invalid(const TxVector& vector, Rng& rng) {
    const Flags flags = parse_flags(vector.flags);
    EXPECT_TRUE(flags.is_consistent()) << vector.text;
    EXPECT_FALSE(vector.passes(flags)) << vector.text;
    for (std::size_t i = 0; i < kFlagCount; ++i) {
        EXPECT_FALSE(vector.passes(fill(flags | one_flag(i)))) << i << vector.text;
        EXPECT_FALSE(vector.passes(fill(flags | random_flags(rng)))) << vector.text;
    }
}

TEST(TxVectors, ValidTransactionsPassWithEverySubsetOfTheirFlags) {
    KEEL_DATA_OR_SKIP(const auto path, "vectors/core/tx_valid.json");
    const boost::json::value file = testing::load_json(path);
    Rng rng(1);
    std::size_t count = 0;
    for (const boost::json::value& entry : file.as_array()) {
        if (const auto vector = read_vector(entry)) {
            check_valid(*vector, rng);
            ++count;
        }
    }
    EXPECT_EQ(count, 121U);
}

TEST(TxVectors, InvalidTransactionsFailWithEverySupersetOfTheirFlags) {
    KEEL_DATA_OR_SKIP(const auto path, "vectors/core/tx_invalid.json");
    const boost::json::value file = testing::load_json(path);
    Rng rng(1);
    std::size_t scripts = 0;
    std::size_t malformed = 0;
    for (const boost::json::value& entry : file.as_array()) {
        const auto vector = read_vector(entry);
        if (!vector) {
            continue;
        }
        if (vector->flags == "BADTX") {
            ++malformed;
            continue;
        }
        check_invalid(*vector, rng);
        ++scripts;
    }
    EXPECT_EQ(scripts, 84U);
    EXPECT_EQ(malformed, 9U);
}

}  // namespace
}  // namespace keel::conformance
