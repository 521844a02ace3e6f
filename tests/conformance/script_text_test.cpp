// Scripts as Bitcoin Core prints them: text and type, from core/util/*.json (decoded transactions) and
// core/functional/rpc_decodescript.json.
#include <gtest/gtest.h>

#include "rules/script/script_asm.hpp"
#include "rules/script/templates.hpp"
#include "script_vectors.hpp"
#include "testing/data.hpp"
#include "testing/data_json.hpp"

namespace keel::conformance {
namespace {

using boost::json::value;
using testing::text_of;

void check_output(const value& expected, const Bytes& script) {
    EXPECT_EQ(script::to_asm(script), text_of(expected.at("asm")));
    EXPECT_EQ(script::name(script::solve(script).type), text_of(expected.at("type")));
}

struct Counts {
    std::size_t inputs = 0;
    std::size_t outputs = 0;
};

void check_decoded(const value& tx, Counts& counts) {
    for (const value& input : tx.at("vin").as_array()) {
        if (const value* const script = input.as_object().if_contains("scriptSig")) {
            const Bytes bytes = hex_bytes(script->at("hex"));
            EXPECT_EQ(script::to_asm(bytes, script::ShowHashTypes::yes), text_of(script->at("asm")));
            ++counts.inputs;
        }
    }
    for (const value& output : tx.at("vout").as_array()) {
        check_output(output.at("scriptPubKey"), hex_bytes(output.at("scriptPubKey").at("hex")));
        ++counts.outputs;
    }
}

TEST(ScriptText, DecodedTransactions) {
    KEEL_DATA_OR_SKIP(const auto folder, "vectors/core/util");
    Counts counts;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().extension() != ".json") {
            continue;
        }
        const value file = testing::load_json(entry.path());
        if (file.is_object() && file.as_object().contains("vout")) {
            check_decoded(file, counts);
        }
    }
    EXPECT_EQ(counts.inputs, 71U);
    EXPECT_EQ(counts.outputs, 27U);
}

TEST(ScriptText, DecodedScripts) {
    KEEL_DATA_OR_SKIP(const auto path, "vectors/core/functional/rpc_decodescript.json");
    const value file = testing::load_json(path);
    std::size_t count = 0;
    for (const value& entry : file.as_array()) {
        check_output(entry.at(1), hex_bytes(entry.at(0)));
        ++count;
    }
    EXPECT_EQ(count, 10U);
}

}  // namespace
}  // namespace keel::conformance
