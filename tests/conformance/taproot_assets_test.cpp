// taproot/script_assets_shared.json: inputs that must succeed, and variants that must fail, under every combination of
// consensus flags. "final" successes hold under all flags, others under every subset of theirs; failures under every
// superset.
#include <gtest/gtest.h>

#include "script_vectors.hpp"
#include "testing/data.hpp"
#include "testing/data_json.hpp"

namespace keel::conformance {
namespace {

using boost::json::object;
using boost::json::value;
using primitives::MutableTx;
using script::Flag;
using script::Flags;

std::vector<Flags> consensus_flag_sets() {
    constexpr std::array kConsensus{
        Flag::p2sh,    Flag::dersig, Flag::nulldummy, Flag::checklocktimeverify, Flag::checksequenceverify,
        Flag::witness, Flag::taproot};
    std::vector<Flags> out;
    for (unsigned bits = 0; bits < 1U << kConsensus.size(); ++bits) {
        Flags flags;
        for (std::size_t i = 0; i < kConsensus.size(); ++i) {
            if ((bits >> i & 1U) != 0) {
                flags |= kConsensus[i];
            }
        }
        // Nobody runs taproot without witness.
        if (flags.is_consistent() && (!flags.has(Flag::taproot) || flags.has(Flag::witness))) {
            out.push_back(flags);
        }
    }
    return out;
}

class Asset {
public:
    explicit Asset(const object& test)
        : tx_(MutableTx::from(primitives::Tx::parse_without_witness(hex_bytes(test.at("tx"))).value()->view())),
          index_(static_cast<std::size_t>(test.at("index").as_int64())) {
        for (const value& prevout : test.at("prevouts").as_array()) {
            append(prevouts_, hex_bytes(prevout));
        }
        coins_ = Coins::from_outputs(prevouts_);
    }

    // Puts the variant's scriptSig and witness into the input.
    primitives::TxPtr with(const object& variant) const {
        MutableTx tx = tx_;
        tx.inputs[index_].script_sig = hex_bytes(variant.at("scriptSig"));
        for (const value& item : variant.at("witness").as_array()) {
            tx.inputs[index_].witness.push_back(hex_bytes(item));
        }
        return tx.freeze();
    }

    // Calls `check` with each flag set that `applies` to and whether the variant passes under it.
    template <class Applies, class Check>
    void each(const object& variant, const Applies& applies, const Check& check) const {
        static const std::vector<Flags> kSets = consensus_flag_sets();
        const primitives::TxPtr tx = with(variant);
        const script::TxContext context(tx->view(), coins_.views());
        const CachingVerifier verifier;
        for (const Flags flags : kSets) {
            if (applies(flags)) {
                check(flags, script::verify_input(context, index_, flags, verifier).has_value());
            }
        }
    }

private:
    MutableTx tx_;
    std::size_t index_;
    Bytes prevouts_;
    Coins coins_;
};

TEST(TaprootAssets, SuccessesAndFailuresUnderAllFlagCombinations) {
    KEEL_DATA_OR_SKIP(const auto path, "vectors/taproot/script_assets_shared.json");
    const value file = testing::load_json(path);
    std::size_t successes = 0;
    std::size_t failures = 0;
    for (const value& entry : file.as_array()) {
        const object& test = entry.as_object();
        const std::string_view comment = testing::text_of(test.at("comment"));
        const Flags listed = parse_flags(testing::text_of(test.at("flags")));
        const bool final = test.contains("final") && test.at("final").as_bool();
        const Asset asset(test);
        if (test.contains("success")) {
            asset.each(
                test.at("success").as_object(), [&](Flags flags) { return final || flags.is_subset_of(listed); },
                [&](Flags flags, bool passes) { EXPECT_TRUE(passes) << comment << " " << to_string(flags); });
            ++successes;
        }
        if (test.contains("failure")) {
            asset.each(
                test.at("failure").as_object(), [&](Flags flags) { return listed.is_subset_of(flags); },
                [&](Flags flags, bool passes) { EXPECT_FALSE(passes) << comment << " " << to_string(flags); });
            ++failures;
        }
    }
    EXPECT_EQ(successes, 2053U);
    EXPECT_EQ(failures, 1852U);
}

}  // namespace
}  // namespace keel::conformance
