#include "app/settings/parse.hpp"

#include <set>

#include <gtest/gtest.h>

namespace keel::settings {
namespace {

struct ArgumentCase {
    std::string argument;
    std::string name;
    Value value;
};

TEST(CommandLine, TakesEveryWayOfWritingASetting) {
    using enum Value::Kind;
    const ArgumentCase cases[] = {
        {"-server", "server", {text, ""}},
        {"--server", "server", {text, ""}},
        {"-server=1", "server", {text, "1"}},
        {"-server=", "server", {text, ""}},
        {"-noserver", "server", {no, ""}},
        {"--noserver=1", "server", {no, ""}},
        {"-noserver=0", "server", {yes, ""}},
        {"-noserver=", "server", {no, ""}},
        {"-datadir=/a=b c", "datadir", {text, "/a=b c"}},
        {"-h", "help", {text, ""}},
        {"-?", "help", {text, ""}},
        {"-noconnect", "connect", {no, ""}},
    };
    for (const ArgumentCase& c : cases) {
        const auto parsed = parse_command_line(std::vector{c.argument}, Program::node);
        ASSERT_TRUE(parsed) << c.argument << ": " << parsed.error().text;
        ASSERT_EQ(parsed->assignments.size(), 1U) << c.argument;
        EXPECT_EQ(parsed->assignments[0].setting->name, c.name) << c.argument;
        EXPECT_EQ(parsed->assignments[0].value, c.value) << c.argument;
    }
}

TEST(CommandLine, SettingsEndAtTheFirstPlainWord) {
    const auto parsed =
        parse_command_line(std::vector<std::string>{"-regtest", "getblock", "-1", "x"}, Program::client);
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->assignments.size(), 1U);
    EXPECT_EQ(parsed->rest, (std::vector<std::string>{"getblock", "-1", "x"}));
}

TEST(CommandLine, RefusesWithTheWordsThatTestsCompare) {
    const std::pair<std::string, std::string> cases[] = {
        {"-dash_cli=1", "Invalid parameter -dash_cli=1"},
        {"-regtest.server=1", "Invalid parameter -regtest.server=1"},
        {"-", "?"},
        {"-proxy", "Can not set -proxy with no value. Please specify value with -proxy=value."},
        {"-nodatadir", "Negating of -datadir is meaningless and therefore forbidden"},
        {"-noincludeconf=0", "-includeconf cannot be used from commandline; -includeconf=true"},
        {"-includeconf=a", "-includeconf cannot be used from commandline; -includeconf=\"a\""},
    };
    for (const auto& [argument, text] : cases) {
        const auto parsed = parse_command_line(std::vector{argument}, Program::node);
        if (text == "?") {
            EXPECT_TRUE(parsed) << argument;
        } else {
            ASSERT_FALSE(parsed) << argument;
            EXPECT_EQ(parsed.error().text, text);
        }
    }
}

TEST(CommandLine, SuggestsTheNearestName) {
    const std::pair<std::string, std::string> cases[] = {
        {"-dbcahce=1", "Did you mean -dbcache?"},
        {"-datadri=/x", "Did you mean -datadir?"},
        {"-regtst", "Did you mean -regtest?"},
        {"-nolisten2", "Did you mean -listen?"},
        {"-zzzzzzzz", ""},
        {"-x", ""},
    };
    for (const auto& [argument, hint] : cases) {
        const auto parsed = parse_command_line(std::vector{argument}, Program::node);
        ASSERT_FALSE(parsed) << argument;
        EXPECT_EQ(parsed.error().hint, hint) << argument;
    }
}

TEST(CommandLine, EachProgramKnowsItsOwnSettings) {
    EXPECT_FALSE(parse_command_line(std::vector<std::string>{"-rpcwait"}, Program::node));
    EXPECT_TRUE(parse_command_line(std::vector<std::string>{"-rpcwait", "-regtest"}, Program::client));
    EXPECT_FALSE(parse_command_line(std::vector<std::string>{"-dbcache=4"}, Program::client));
}

TEST(CommandLine, KnowsWhatTheFunctionalTestsAndThePerformanceHarnessPass) {
    const std::vector<std::string> arguments{"-datadir=/tmp/a b",
                                             "-logtimemicros",
                                             "-debug",
                                             "-debugexclude=leveldb",
                                             "-debugexclude=rand",
                                             "-uacomment=testnode0",
                                             "-disablewallet",
                                             "-logthreadnames",
                                             "-logsourcelocations",
                                             "-loglevel=trace",
                                             "-nologratelimit",
                                             "-v2transport=0",
                                             "-bind=0.0.0.0:11000",
                                             "-bind=127.0.0.1:21000=onion",
                                             "-regtest",
                                             "-port=28444",
                                             "-rpcport=28443",
                                             "-server=1",
                                             "-dnsseed=0",
                                             "-fixedseeds=0",
                                             "-listenonion=0",
                                             "-discover=0",
                                             "-printtoconsole=0",
                                             "-checkblockindex=0",
                                             "-checkmempool=0",
                                             "-maxtipage=1000000000",
                                             "-blocksxor=0",
                                             "-connect=0",
                                             "-listen=1",
                                             "-loadblock=a.dat",
                                             "-dbcache=450",
                                             "-par=2",
                                             "-assumevalid=0",
                                             "-stopafterblockimport",
                                             "-reindex",
                                             "-reindex-chainstate",
                                             "-minimumchainwork=0",
                                             "-stopatheight=5",
                                             "-maxconnections=500",
                                             "-persistmempool=0"};
    const auto parsed = parse_command_line(arguments, Program::node);
    ASSERT_TRUE(parsed) << parsed.error().text;
    for (const Assignment& assignment : parsed->assignments) {
        EXPECT_EQ(check_value(*assignment.setting, assignment.value), std::nullopt);
    }
    const auto config = parse_config(
        "regtest=1\n[regtest]\nport=1\nrpcport=2\nrpcservertimeout=99000\nrpcdoccheck=1\nrpcthreads=2\nfallbackfee=0."
        "0002\n"
        "server=1\nkeypool=1\ndiscover=0\ndnsseed=0\nfixedseeds=0\nlistenonion=0\npeertimeout=999999999\n"
        "printtoconsole=0\nnatpmp=0\nshrinkdebugfile=0\nunsafesqlitesync=1\nconnect=0\nmaxconnections=94\npar=1\n"
        "prevoutfetchthreads=1\nbind=127.0.0.1\n");
    ASSERT_TRUE(config) << config.error().text;
    EXPECT_TRUE(config->unknown.empty());
    for (const Assignment& assignment : config->assignments) {
        EXPECT_EQ(check_value(*assignment.setting, assignment.value), std::nullopt) << assignment.setting->name;
    }
}

TEST(Config, ReadsSectionsCommentsAndDottedNames) {
    const auto parsed = parse_config(
        "# a comment\n  server = 1 # why not\r\n\n[test]\nport=5\nnolisten=1\n[regtest]\n\tmain.port=6\nconnect=\n");
    ASSERT_TRUE(parsed) << parsed.error().text;
    ASSERT_EQ(parsed->assignments.size(), 4U);
    EXPECT_EQ(parsed->assignments[0].section, "");
    EXPECT_EQ(parsed->assignments[0].value.text, "1");
    EXPECT_EQ(parsed->assignments[1].section, "test");
    EXPECT_TRUE(parsed->assignments[2].value.negated());
    EXPECT_EQ(parsed->assignments[3].section, "regtest");
    ASSERT_EQ(parsed->unknown.size(), 1U);  // "regtest.main.port" is no name
    EXPECT_EQ(parsed->unknown[0].name, "regtest.main.port");
    EXPECT_EQ(parsed->unknown[0].line, 8);
    ASSERT_GE(parsed->sections.size(), 2U);
    EXPECT_EQ(parsed->sections[0].name, "test");
    EXPECT_EQ(parsed->sections[0].line, 4);
}

TEST(Config, RefusesWithTheWordsThatTestsCompare) {
    const std::pair<std::string, std::string> cases[] = {
        {"garbage", "parse error on line 1: garbage"},
        {"\n-dash=1",
         "parse error on line 2: -dash=1, options in configuration file must be specified without leading -"},
        {"nono", "parse error on line 1: nono, if you intended to specify a negated option, use nono=1 instead"},
        {"conf=x",
         "conf cannot be set in the configuration file; use includeconf= if you want to include additional "
         "config files"},
        {"server=1\nrpcpassword=a#b",
         "parse error on line 2, using # in rpcpassword can be ambiguous and should be avoided"},
        {"[main]\nrpcpassword=a#b",
         "parse error on line 2, using # in rpcpassword can be ambiguous and should be avoided"},
    };
    for (const auto& [text, error] : cases) {
        const auto parsed = parse_config(text);
        ASSERT_FALSE(parsed) << text;
        EXPECT_EQ(parsed.error().text, error);
    }
}

TEST(Values, AreCheckedForTheirType) {
    struct Case {
        std::string name;
        std::string value;
        bool fine;
    };
    const Case cases[] = {
        {"server", "", true},          {"server", "1", true},    {"server", "2", true},
        {"server", "true", false},     {"dbcache", "4", true},   {"dbcache", "3", false},
        {"dbcache", "", false},        {"dbcache", "4x", false}, {"par", "-2", true},
        {"port", "0", false},          {"port", "65535", true},  {"port", "65536", false},
        {"txindex", "0", true},        {"txindex", "1", false},  {"proxy", "0", true},
        {"proxy", "127.0.0.1", false}, {"keypool", "x", true},   {"dbcache", "99999999999999999999", false},
    };
    for (const Case& c : cases) {
        const auto wrong = check_value(*find_setting(c.name), Value{Value::Kind::text, c.value});
        EXPECT_EQ(!wrong.has_value(), c.fine) << c.name << "=" << c.value << " " << wrong.value_or("");
    }
    EXPECT_EQ(check_value(*find_setting("port"), Value{Value::Kind::text, "65536"}),
              "Invalid port specified in -port: '65536'");
    EXPECT_FALSE(check_value(*find_setting("proxy"), Value{Value::Kind::no, ""}));
}

TEST(Table, RowsAreSound) {
    std::set<std::string_view> names;
    for (const Setting& row : all_settings()) {
        EXPECT_TRUE(names.insert(row.name).second) << row.name << " twice";
        EXPECT_FALSE(row.help.empty()) << row.name;
        EXPECT_EQ(row.note.empty(), row.support == Support::full) << row.name;
        EXPECT_FALSE(row.name.starts_with("no")) << row.name << " would read as a negation";
        EXPECT_EQ(find_setting(row.name), &row);
        if (row.type == Type::number && !row.fallback.empty()) {
            EXPECT_EQ(check_value(row, Value{Value::Kind::text, std::string(row.fallback)}), std::nullopt) << row.name;
        }
    }
    EXPECT_EQ(find_setting("nosuch"), nullptr);
}

}  // namespace
}  // namespace keel::settings
