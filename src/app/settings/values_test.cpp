#include "app/settings/values.hpp"

#include <gtest/gtest.h>

namespace keel::settings {
namespace {

Values make(const std::vector<std::string>& arguments, std::string_view config, std::string section) {
    Values values;
    const auto command_line = parse_command_line(arguments, Program::node);
    EXPECT_TRUE(command_line);
    values.add_command_line(command_line->assignments);
    const auto file = parse_config(config);
    EXPECT_TRUE(file);
    values.add_config(file->assignments);
    values.choose_section(std::move(section));
    return values;
}

struct TextCase {
    std::string why;
    std::vector<std::string> arguments;
    std::string config;
    std::string section;
    std::string expected;
};

TEST(Values, OneValueIsChosenAsTheFieldDoes) {
    const TextCase cases[] = {
        {"default", {}, "", "regtest", "1024"},
        {"last on the command line", {"-dbcache=5", "-dbcache=6"}, "", "regtest", "6"},
        {"first in the file", {}, "dbcache=5\ndbcache=6", "regtest", "5"},
        {"command line before file", {"-dbcache=7"}, "dbcache=5", "regtest", "7"},
        {"section before plain", {}, "dbcache=5\n[regtest]\ndbcache=6", "regtest", "6"},
        {"another section does not count", {}, "[test]\ndbcache=6", "regtest", "1024"},
        {"negation", {"-dbcache=5", "-nodbcache"}, "", "regtest", "0"},
        {"value after a negation", {"-nodbcache", "-dbcache=5"}, "", "regtest", "5"},
        {"negation on the command line beats the file", {"-nodbcache"}, "dbcache=5", "regtest", "0"},
        {"file: first after the last negation", {}, "dbcache=5\nnodbcache=1\ndbcache=6\ndbcache=7", "regtest", "6"},
    };
    for (const TextCase& c : cases) {
        EXPECT_EQ(make(c.arguments, c.config, c.section).text("dbcache"), c.expected) << c.why;
    }
}

TEST(Values, NetworkOnlySettingsNeedTheirSection) {
    const std::string config = "port=5\n[test]\nport=6\n";
    EXPECT_EQ(make({}, config, "main").find_number("port"), 5);
    EXPECT_EQ(make({}, config, "test").find_number("port"), 6);
    EXPECT_EQ(make({}, config, "regtest").find_number("port"), std::nullopt);
    EXPECT_EQ(make({}, config, "regtest").outside_their_section(), std::vector<std::string_view>{"port"});
    EXPECT_TRUE(make({"-port=9"}, config, "regtest").outside_their_section().empty());
    EXPECT_TRUE(make({}, config, "main").outside_their_section().empty());
    EXPECT_TRUE(make({}, "noconnect=1", "regtest").is_negated("connect")) << "a negation counts anywhere";
}

struct ListCase {
    std::string why;
    std::vector<std::string> arguments;
    std::string config;
    std::vector<std::string> expected;
};

TEST(Values, ListsAreJoinedAndNegationsClear) {
    const ListCase cases[] = {
        {"all ranks", {"-debug=a", "-debug=b"}, "debug=c\n[regtest]\ndebug=d", {"a", "b", "d", "c"}},
        {"negation drops earlier", {"-debug=a", "-nodebug", "-debug=b"}, "", {"b"}},
        {"negation clears the file", {"-nodebug"}, "debug=c", {}},
        {"values after a negation bring the file back", {"-nodebug", "-debug=b"}, "debug=c", {"b", "c"}},
        {"negated section hides the rest", {}, "debug=c\n[regtest]\nnodebug=1", {}},
        {"in the file", {}, "debug=c\nnodebug=1\ndebug=d", {"d"}},
    };
    for (const ListCase& c : cases) {
        EXPECT_EQ(make(c.arguments, c.config, "regtest").list("debug"), c.expected) << c.why;
    }
    EXPECT_TRUE(make({}, "addnode=x", "regtest").list("addnode").empty()) << "network only";
}

TEST(Values, FlagsReadNumbersAndNegations) {
    EXPECT_TRUE(make({"-server"}, "", "main").flag("server"));
    EXPECT_TRUE(make({"-server=2"}, "", "main").flag("server"));
    EXPECT_FALSE(make({"-server=0"}, "", "main").flag("server"));
    EXPECT_FALSE(make({"-noserver"}, "", "main").flag("server"));
    EXPECT_TRUE(make({"-noserver=0"}, "", "main").flag("server"));
    EXPECT_TRUE(make({}, "", "main").flag("server")) << "its default";
    EXPECT_EQ(make({}, "", "main").find_flag("server"), std::nullopt);
}

TEST(Values, ChainFlagsTakeTheLastValueAndIgnoreNegationsOnTheCommandLine) {
    EXPECT_TRUE(make({"-noregtest"}, "regtest=1", "").chooses_chain("regtest"));
    EXPECT_FALSE(make({}, "regtest=1\nregtest=0", "").chooses_chain("regtest"));
    EXPECT_TRUE(make({"-regtest=0", "-regtest"}, "", "").chooses_chain("regtest"));
}

TEST(Values, ImpliedValuesYieldToTheUser) {
    Values values = make({"-listen=1"}, "", "main");
    EXPECT_FALSE(values.imply("listen", "0"));
    EXPECT_TRUE(values.flag("listen"));
    EXPECT_TRUE(values.imply("dnsseed", "0"));
    EXPECT_FALSE(values.flag("dnsseed"));
}

TEST(Values, DescriptionHidesSecrets) {
    const auto lines =
        make({"-rpcuser=alice", "-addnode=some.node", "-nolisten"}, "regtest=1\n[regtest]\nserver=1", "regtest")
            .describe();
    EXPECT_EQ(lines,
              (std::vector<std::string>{"Config file arg: regtest=\"1\"", "Config file arg: [regtest] server=\"1\"",
                                        "Command-line arg: addnode=\"some.node\"", "Command-line arg: listen=false",
                                        "Command-line arg: rpcuser=****"}));
}

}  // namespace
}  // namespace keel::settings
