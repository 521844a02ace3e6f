#include "rules/script/flags.hpp"

#include <set>

#include <gtest/gtest.h>

#include "rules/script/error.hpp"

namespace keel::script {
namespace {

TEST(Flags, EveryFlagIsReadBackFromItsName) {
    std::set<std::string_view> names;
    for (std::size_t i = 0; i < kFlagCount; ++i) {
        const auto flag = static_cast<Flag>(i);
        EXPECT_EQ(Flags::parse(name(flag)), Flags(flag));
        names.insert(name(flag));
    }
    EXPECT_EQ(names.size(), kFlagCount);
}

TEST(Flags, SetsAreReadBackFromTheirText) {
    for (const Flags flags : {Flags(), kMandatoryFlags, kStandardFlags, kAllFlags}) {
        EXPECT_EQ(Flags::parse(to_string(flags)), flags);
    }
    EXPECT_EQ(to_string(Flags()), "NONE");
    EXPECT_EQ(Flags::parse(""), Flags());
    EXPECT_EQ(to_string(Flag::taproot | Flag::p2sh), "P2SH,TAPROOT");
}

TEST(Flags, UnknownNamesAreRefused) {
    for (const char* const text : {"P2SH,", ",P2SH", "p2sh", "P2SH, WITNESS", "NONE,P2SH", "SEGWIT"}) {
        EXPECT_FALSE(Flags::parse(text).has_value()) << text;
    }
}

TEST(Flags, CleanstackNeedsWitnessAndWitnessNeedsP2sh) {
    EXPECT_FALSE(Flags(Flag::witness).is_consistent());
    EXPECT_FALSE((Flag::cleanstack | Flag::p2sh).is_consistent());
    EXPECT_TRUE((Flag::witness | Flag::p2sh).is_consistent());
    EXPECT_TRUE((Flag::witness | Flag::p2sh | Flag::cleanstack).is_consistent());
    EXPECT_TRUE(Flags().is_consistent());
}

TEST(Flags, ConsensusIsPartOfRelayPolicy) {
    EXPECT_EQ(to_string(kMandatoryFlags),
              "P2SH,DERSIG,NULLDUMMY,CHECKLOCKTIMEVERIFY,CHECKSEQUENCEVERIFY,WITNESS,TAPROOT");
    EXPECT_TRUE(kMandatoryFlags.is_subset_of(kStandardFlags));
    EXPECT_TRUE(kMandatoryFlags.is_consistent());
    EXPECT_TRUE(kStandardFlags.is_consistent());
    EXPECT_EQ(kAllFlags.without(kStandardFlags), Flags(Flag::sigpushonly));
}

TEST(Flags, BitsBeyondTheLastFlagAreDropped) {
    EXPECT_EQ(Flags::from_bits(0xFFFFFFFF).bits(), (1U << kFlagCount) - 1);
    EXPECT_EQ(Flags::from_bits(kMandatoryFlags.bits()), kMandatoryFlags);
}

TEST(ScriptError, EveryErrorIsReadBackFromItsNameAndHasASentence) {
    std::set<std::string_view> names;
    std::set<std::string_view> texts;
    for (std::size_t i = 0; i < kScriptErrorCount; ++i) {
        const auto error = static_cast<ScriptError>(i);
        EXPECT_EQ(error_from_name(name(error)), error);
        names.insert(name(error));
        texts.insert(describe(error));
    }
    EXPECT_EQ(names.size(), kScriptErrorCount);
    EXPECT_EQ(texts.size(), kScriptErrorCount);
    EXPECT_FALSE(error_from_name("OK").has_value());
    EXPECT_EQ(name(ScriptError::sig_null_dummy), "SIG_NULLDUMMY");
    EXPECT_EQ(describe(ScriptError::script_size), "Script is too big");
}

}  // namespace
}  // namespace keel::script
