#include "front/rpc/schema.hpp"

#include <boost/json/value.hpp>
#include <gtest/gtest.h>

#include "front/rpc/json_parse.hpp"
#include "front/rpc/method.hpp"

namespace keel::rpc {
namespace {

std::string check(std::string_view schema, std::string_view value) {
    const auto parsed = parse_schema(schema);
    const auto json = parse_json(value);
    return parsed && json ? mismatch(*parsed, *json).value_or("fits") : "unreadable";
}

std::string as_json(std::string_view schema) {
    std::string out;
    JsonWriter writer(out);
    write_json_schema(writer, *parse_schema(schema));
    return out;
}

TEST(Schema, EveryRowOfTheTableIsInTheLanguage) {
    for (const Method& method : all_methods()) {
        EXPECT_TRUE(parse_schema(method.result)) << method.name << ": " << method.result;
    }
}

TEST(Schema, JudgesValues) {
    EXPECT_EQ(check("num", "1"), "fits");
    EXPECT_EQ(check("num", "\"1\""), "found string instead of number");
    EXPECT_EQ(check("{a: num, b?: [hex]}", R"({"a":1})"), "fits");
    EXPECT_EQ(check("{a: num, b?: [hex]}", R"({"a":1,"b":["ff",2]})"), "b: 1: found number instead of string");
    EXPECT_EQ(check("{a: num}", "{}"), "member a is missing");
    EXPECT_EQ(check("{a: num}", R"({"a":1,"c":2})"), "member c is not described");
    EXPECT_EQ(check("{*: bool}", R"({"x":true})"), "fits");
    EXPECT_EQ(check("{*: bool}", R"({"x":1})"), "x: found number instead of boolean");
    EXPECT_EQ(check("null | [num, str]", R"([1,"a"])"), "fits");
    EXPECT_EQ(check("[num, str]", "[1]"), "the list has 1 elements");
    EXPECT_EQ(check("any", "[[]]"), "fits");
    EXPECT_EQ(check("{}", "{}"), "fits");
    EXPECT_EQ(check("@script", R"({"asm":"","desc":"","hex":"","type":""})"), "fits");
}

TEST(Schema, RefusesWhatIsNotInTheLanguage) {
    for (const char* text :
         {"", "numeric", "{a num}", "{a: num", "[num", "num 'open", "@nothing", "num num", "{*}", "num |", "{: num}"}) {
        EXPECT_FALSE(parse_schema(text)) << text;
    }
    EXPECT_FALSE(parse_schema(std::string(200, '[') + "num" + std::string(200, ']')));
}

TEST(Schema, BecomesJsonSchema) {
    EXPECT_EQ(as_json("hex 'a hash'"), R"({"type":"string","pattern":"^[0-9a-fA-F]*$","description":"a hash"})");
    EXPECT_EQ(
        as_json("{a: amount, b?: num}"),
        R"({"type":"object","properties":{"a":{"type":"number","x-bitcoin-unit":"amount"},"b":{"type":"number"}},)"
        R"("additionalProperties":false,"required":["a"]})");
    EXPECT_EQ(as_json("[num, num]"),
              R"({"type":"array","items":[{"type":"number"},{"type":"number"}],"additionalItems":false,"minItems":2,)"
              R"("maxItems":2})");
    EXPECT_EQ(as_json("null | str"), R"({"oneOf":[{"type":"null"},{"type":"string"}]})");
}

TEST(Schema, BecomesHelp) {
    EXPECT_EQ(schema_help(*parse_schema("{a?: [hex]} 'all'")),
              "{                                           (json object) all\n"
              "  \"a\" : [                                   (json array, optional)\n"
              "    \"hex\"                                   (string, hexadecimal)\n"
              "    ...\n"
              "  ]\n"
              "}\n");
}

}  // namespace
}  // namespace keel::rpc
