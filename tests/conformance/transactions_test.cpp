// Bitcoin Core's tx_valid.json and tx_invalid.json: transactions with the outputs they spend, as a whole.
#include <gtest/gtest.h>

#include "base/assert.hpp"
#include "base/hex.hpp"
#include "base/rng.hpp"
#include "rules/consensus/tx_rules.hpp"
#include "script_vectors.hpp"
#include "testing/data.hpp"
#include "testing/data_json.hpp"

namespace keel::conformance {
namespace {

using primitives::Amount;
using primitives::OutPoint;
using primitives::TxPtr;
using script::Flag;
using script::Flags;

struct Vector {
    TxPtr tx;
    Coins coins;  // in the order of the inputs
    std::string flags;
    std::string text;  // for messages
};

std::optional<std::pair<Amount, Bytes>> find_output(const boost::json::array& outputs, const OutPoint& prevout) {
    for (const auto& output : outputs) {
        const auto& row = output.as_array();
        const auto txid = hash_from_hex<primitives::Txid>(testing::text_of(row.at(0)));
        KEEL_ASSERT(txid.has_value());
        const auto index = static_cast<std::uint32_t>(row.at(1).as_int64());
        if (OutPoint{*txid, index} == prevout) {
            const Amount value(row.size() > 3 ? row.at(3).as_int64() : 0);
            return std::pair(value, parse_script(testing::text_of(row.at(2))));
        }
    }
    return std::nullopt;
}

Vector load_vector(const boost::json::array& row) {
    Vector out;
    auto tx = primitives::Tx::parse(hex_bytes(row.at(1)));
    KEEL_ASSERT(tx.has_value());
    out.tx = *tx;
    out.flags = testing::text_of(row.at(2));
    out.text = boost::json::serialize(row);
    for (std::size_t i = 0; i < out.tx->view().input_count(); ++i) {
        // A transaction that is malformed on purpose can have inputs without an output in the list.
        auto coin = find_output(row.at(0).as_array(), out.tx->view().input(i).prevout());
        KEEL_ASSERT(coin.has_value() || out.flags == "BADTX");
        if (coin) {
            out.coins.add(coin->first, std::move(coin->second));
        }
    }
    return out;
}

// Rows of one text only are remarks.
std::vector<Vector> load_vectors(const std::filesystem::path& path) {
    std::vector<Vector> vectors;
    const boost::json::value file = testing::load_json(path);
    for (const auto& row : file.as_array()) {
        if (row.at(0).is_array()) {
            vectors.push_back(load_vector(row.as_array()));
        }
    }
    return vectors;
}

// All inputs under a set of flags, with signatures verified once per vector.
class Verification {
public:
    explicit Verification(const Vector& vector) : context_(vector.tx->view(), vector.coins.views()) {}
    [[nodiscard]] bool passes(Flags flags) const { return verify_all(context_, flags, verifier_).has_value(); }

private:
    script::TxContext context_;
    CachingVerifier verifier_;
};

Flag flag_at(std::size_t index) { return static_cast<Flag>(index); }
Flags random_flags(Rng& rng) { return Flags::from_bits(static_cast<std::uint32_t>(rng.next())); }
Flags all_but(Flags flags) { return script::kAllFlags.without(flags); }

TEST(TxValid, PassUnderAllFlagsButThoseNamedAndUnderFewer) {
    KEEL_DATA_OR_SKIP(const auto path, "vectors/core/tx_valid.json");
    Rng rng(1);
    const std::vector<Vector> vectors = load_vectors(path);
    EXPECT_EQ(vectors.size(), 121U);
    for (const Vector& vector : vectors) {
        EXPECT_TRUE(consensus::check_tx(vector.tx->view()).has_value()) << vector.text;
        const Verification run(vector);
        const Flags excluded = parse_flags(vector.flags);
        ASSERT_TRUE(all_but(excluded).is_consistent()) << vector.text;
        EXPECT_TRUE(run.passes(all_but(excluded))) << vector.text;
        for (std::size_t i = 0; i < script::kFlagCount; ++i) {
            EXPECT_TRUE(run.passes(trim(all_but(excluded | flag_at(i))))) << vector.text;
            EXPECT_TRUE(run.passes(trim(all_but(excluded | random_flags(rng))))) << vector.text;
        }
    }
}

TEST(TxValid, FailUnderEachFlagThatIsNamed) {
    KEEL_DATA_OR_SKIP(const auto path, "vectors/core/tx_valid.json");
    for (const Vector& vector : load_vectors(path)) {
        const Verification run(vector);
        const Flags excluded = parse_flags(vector.flags);
        for (std::size_t i = 0; i < script::kFlagCount; ++i) {
            const Flags fewer = trim(excluded.without(flag_at(i)));
            if (fewer != excluded) {
                EXPECT_FALSE(run.passes(all_but(fewer))) << vector.text << " " << script::name(flag_at(i));
            }
        }
    }
}

TEST(TxInvalid, FailUnderTheFlagsNamedAndUnderMore) {
    KEEL_DATA_OR_SKIP(const auto path, "vectors/core/tx_invalid.json");
    Rng rng(2);
    const std::vector<Vector> vectors = load_vectors(path);
    EXPECT_EQ(vectors.size(), 93U);
    std::size_t malformed = 0;
    for (const Vector& vector : vectors) {
        const bool well_formed = consensus::check_tx(vector.tx->view()).has_value();
        EXPECT_EQ(well_formed, vector.flags != "BADTX") << vector.text;
        if (!well_formed) {
            ++malformed;
            continue;
        }
        const Verification run(vector);
        const Flags flags = parse_flags(vector.flags);
        ASSERT_TRUE(flags.is_consistent()) << vector.text;
        EXPECT_FALSE(run.passes(flags)) << vector.text;
        for (std::size_t i = 0; i < script::kFlagCount; ++i) {
            EXPECT_FALSE(run.passes(fill(flags | flag_at(i)))) << vector.text;
            EXPECT_FALSE(run.passes(fill(flags | random_flags(rng)))) << vector.text;
        }
    }
    EXPECT_EQ(malformed, 9U);
}

TEST(TxInvalid, PassWithoutAnyOneOfTheFlagsNamed) {
    KEEL_DATA_OR_SKIP(const auto path, "vectors/core/tx_invalid.json");
    for (const Vector& vector : load_vectors(path)) {
        if (vector.flags == "BADTX") {
            continue;
        }
        const Verification run(vector);
        const Flags flags = parse_flags(vector.flags);
        for (std::size_t i = 0; i < script::kFlagCount; ++i) {
            const Flags fewer = trim(flags.without(flag_at(i)));
            if (fewer != flags) {
                EXPECT_TRUE(run.passes(fewer)) << vector.text << " " << script::name(flag_at(i));
            }
        }
    }
}

}  // namespace
}  // namespace keel::conformance
