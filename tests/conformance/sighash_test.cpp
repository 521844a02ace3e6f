// core/sighash.json: legacy signature hashes of random transactions, scripts and hash types.
#include "rules/script/sighash.hpp"

#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "script_vectors.hpp"
#include "testing/data.hpp"
#include "testing/data_json.hpp"

namespace keel::conformance {
namespace {

TEST(LegacySighash, AllVectors) {
    KEEL_DATA_OR_SKIP(const auto path, "vectors/core/sighash.json");
    const boost::json::value file = testing::load_json(path);
    std::size_t count = 0;
    for (const boost::json::value& entry : file.as_array()) {
        const boost::json::array& row = entry.as_array();
        if (row.size() == 1) {
            continue;
        }
        const auto tx = primitives::Tx::parse(hex_bytes(row[0]));
        ASSERT_TRUE(tx.has_value());
        const Bytes code = hex_bytes(row[1]);
        const auto input = static_cast<std::size_t>(row[2].as_int64());
        const script::HashType type{static_cast<std::uint32_t>(row[3].as_int64())};
        const std::vector<primitives::CoinView> coins((*tx)->view().input_count());
        const script::TxContext context((*tx)->view(), coins);
        EXPECT_EQ(to_hex(script::legacy_sighash(context, input, code, type)), testing::text_of(row[4]));
        // The cache must not remember more than what is the same: each of these differs from the vector in one thing.
        script::SighashCache cache(context, input, script::SighashCache::Algorithm::legacy);
        for (const std::uint32_t bits : {0U, 1U, 2U, 3U, 0x80U, 0x82U, 0x83U, 0x40U}) {
            const script::HashType other{type.value ^ bits};
            EXPECT_EQ(cache.sighash({code, true}, other), script::legacy_sighash(context, input, code, other));
            EXPECT_EQ(cache.sighash({ByteSpan(code).first(code.size() / 2), false}, other),
                      script::legacy_sighash(context, input, ByteSpan(code).first(code.size() / 2), other));
        }
        ++count;
    }
    EXPECT_EQ(count, 500U);
}

}  // namespace
}  // namespace keel::conformance
