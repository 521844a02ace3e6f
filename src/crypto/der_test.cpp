#include "crypto/der.hpp"

#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "testing/data.hpp"
#include "testing/data_json.hpp"

namespace keel::crypto {
namespace {

std::string zeros(std::size_t bytes) { return std::string(2 * bytes, '0'); }

// R and S as hex without leading zeroes, "R/S"; empty when refused.
std::string parsed(const std::string& text) {
    const auto compact = parse_der_lax(*from_hex(text));
    if (!compact) {
        return "";
    }
    std::string out;
    for (std::size_t half = 0; half < 2; ++half) {
        std::string number = to_hex(ByteSpan(*compact).subspan(32 * half, 32));
        number.erase(0, std::min(number.find_first_not_of('0'), number.size()));
        out += (half == 0 ? "" : "/") + number;
    }
    return out;
}

struct Case {
    const char* what;
    std::string der;
    std::string expected;
};

TEST(LaxDer, AcceptsWhatConsensusAlwaysAccepted) {
    const std::string long_r(64, 'f');
    const Case cases[] = {
        {"plain", "3006020111020122", "11/22"},
        {"sequence length is ignored", "30ff" + std::string(254, '0') + "020111020122", "11/22"},
        {"short sequence length that is wrong", "3000020111020122", "11/22"},
        {"long-form sequence length", "308106020111020122", "11/22"},
        {"two-byte sequence length", "30820006020111020122", "11/22"},
        {"trailing bytes", "3006020111020122ffff", "11/22"},
        {"long-form integer length", "300702810111020122", "11/22"},
        {"integer length with leading zeroes", "300a02840000000111020122", "11/22"},
        {"integer length with many leading zeroes", "30000289" + zeros(8) + "0111020122", "11/22"},
        {"three-byte integer length", "3000028300000111020122", "11/22"},
        {"negative numbers are read as positive", "3006020191020182", "91/82"},
        {"padded with zeroes", "3008020300001102020022", "11/22"},
        {"forty bytes of padding",
         "3000"
         "0229" +
             zeros(40) +
             "11"
             "020122",
         "11/22"},
        {"empty integers", "300402000200", "/"},
        {"indefinite sequence length", "3080020111020122", "11/22"},
        {"32 bytes", "30000220" + long_r + "020122", long_r + "/22"},
        {"33 bytes make both zero", "3000022101" + long_r + "020122", "/"},
        {"33 bytes in S make both zero", "3000020111022101" + long_r, "/"},
    };
    for (const Case& c : cases) {
        EXPECT_EQ(parsed(c.der), c.expected) << c.what;
    }
}

TEST(LaxDer, RefusesWhatWasNeverAccepted) {
    const Case cases[] = {
        {"nothing", "", ""},
        {"not a sequence", "3106020111020122", ""},
        {"no length", "30", ""},
        {"sequence length field beyond the end", "3085020111020122", ""},
        {"no R", "3006", ""},
        {"R is no integer", "3006030111020122", ""},
        {"S is no integer", "3006020111030122", ""},
        {"R longer than the rest", "3006020711020122", ""},
        {"S longer than the rest", "3006020111020222", ""},
        {"S missing", "3003020111", ""},
        {"S without length", "300402011102", ""},
        {"four-byte integer length", "300a02840100000111020122", ""},
        {"length field longer than the rest", "3006020111028a22", ""},
        {"length without bytes",
         "3005020111"
         "0281",
         ""},
    };
    for (const Case& c : cases) {
        EXPECT_FALSE(parse_der_lax(*from_hex(c.der)).has_value()) << c.what;
    }
}

TEST(LaxDer, NumberOfNoBytesIsZero) { EXPECT_EQ(parsed("300402000200"), "/"); }

TEST(LaxDer, AcceptsEverySignatureOfStrictForm) {
    KEEL_DATA_OR_SKIP(const auto path, "vectors/other/sig_canonical.json");
    const auto vectors = testing::load_json(path);
    for (const auto& vector : vectors.as_array()) {
        const Bytes signature = *from_hex(testing::text_of(vector));
        EXPECT_TRUE(parse_der_lax(ByteSpan(signature).first(signature.size() - 1)).has_value()) << vector;
    }
}

}  // namespace
}  // namespace keel::crypto
