// PSBTs of the BIPs and of Bitcoin Core's tests, through the calls.
#include <boost/json/value.hpp>
#include <gtest/gtest.h>

#include "front/rpc/base64.hpp"
#include "front/rpc/fake_node.hpp"
#include "front/rpc/json_parse.hpp"
#include "front/rpc/json_text.hpp"
#include "front/rpc/json_values.hpp"
#include "front/rpc/psbt_args.hpp"
#include "rules/psbt/codec.hpp"
#include "testing/data.hpp"

namespace keel::rpc {
namespace {

namespace json = boost::json;

class PsbtVectors : public ::testing::Test {
protected:
    PsbtVectors() { dispatcher_.start(node_.access()); }

    void SetUp() override {
        KEEL_DATA_OR_SKIP(const auto path, "vectors/core/functional/rpc_psbt.json");
        const Bytes content = testing::read_file(path);
        vectors_ = *parse_json(as_text(content));
    }

    std::string call(std::string_view method, const json::array& params) {
        const auto out = dispatcher_.invoke(method, json_text(params));
        return out ? *out : out.error().message;
    }

    json::value vectors_;

private:
    NullLogger logger_;
    FakeNode node_{primitives::regtest_params()};
    Dispatcher dispatcher_{logger_};
};

TEST_F(PsbtVectors, ValidOnesAreWrittenAsTheyWere) {
    for (const json::value& each : vectors_.at("valid").get_array()) {
        const std::string text(text_of(each));
        const auto psbt = psbt_of(text);
        ASSERT_TRUE(psbt) << text << ": " << psbt.error().message;
        EXPECT_EQ(psbt::serialize(*psbt).size(), base64_decode(text)->size()) << text;
        EXPECT_TRUE(call("decodepsbt", {each}).starts_with('{')) << text;
        EXPECT_TRUE(call("analyzepsbt", {each}).starts_with('{')) << text;
    }
}

TEST_F(PsbtVectors, InvalidOnesAreRefused) {
    for (const json::value& each : vectors_.at("invalid").get_array()) {
        EXPECT_FALSE(psbt_of(text_of(each))) << text_of(each);
    }
}

TEST_F(PsbtVectors, Combiner) {
    for (const json::value& each : vectors_.at("combiner").get_array()) {
        EXPECT_EQ(call("combinepsbt", {each.at("combine")}), json_text(each.at("result")));
    }
}

TEST_F(PsbtVectors, Finalizer) {
    for (const json::value& each : vectors_.at("finalizer").get_array()) {
        const std::string answer = call("finalizepsbt", {each.at("finalize"), false});
        EXPECT_EQ(json_member(answer, "psbt"), json_text(each.at("result")));
        EXPECT_EQ(json_member(answer, "complete"), "true");
    }
}

TEST_F(PsbtVectors, Extractor) {
    for (const json::value& each : vectors_.at("extractor").get_array()) {
        EXPECT_EQ(json_member(call("finalizepsbt", {each.at("extract"), true}), "hex"), json_text(each.at("result")));
    }
}

TEST_F(PsbtVectors, Creator) {
    for (const json::value& each : vectors_.at("creator").get_array()) {
        const json::array params{each.at("inputs"), each.at("outputs"), 0, false, 2, each.at("version")};
        EXPECT_EQ(call("createpsbt", params), json_text(each.at("result")));
    }
}

}  // namespace
}  // namespace keel::rpc
