#include "app/daemon/logs.hpp"

#include <fstream>
#include <unistd.h>

#include <gtest/gtest.h>

namespace keel::daemon {
namespace {

using Levels = std::vector<std::pair<LogCategory, LogLevel>>;

Result<LogLevels, std::string> levels(const std::vector<std::string>& arguments) {
    const auto parsed = settings::parse_command_line(arguments, settings::Program::node);
    EXPECT_TRUE(parsed) << parsed.error().text;
    settings::Values values;
    values.add_command_line(parsed->assignments);
    return log_levels(values);
}

TEST(LogLevels, FollowTheSettings) {
    using enum LogCategory;
    using enum LogLevel;
    struct Case {
        std::vector<std::string> arguments;
        Levels expected;
    };
    const Case cases[] = {
        {{}, {}},
        {{"-debug"}, {{all, debug}}},
        {{"-debug=1", "-loglevel=trace"}, {{all, trace}}},
        {{"-debug=net", "-debug=rpc"}, {{net, debug}, {rpc, debug}}},
        {{"-debug=net", "-debug=0", "-debug=rpc"}, {{rpc, debug}}},
        {{"-debug=net", "-nodebug"}, {}},
        {{"-debug", "-debugexclude=net", "-debugexclude=leveldb"}, {{all, debug}, {net, info}}},
        {{"-debug", "-loglevel=net:trace"}, {{all, debug}, {net, trace}}},
        {{"-debug=leveldb"}, {}},
    };
    for (const Case& c : cases) {
        const auto made = levels(c.arguments);
        ASSERT_TRUE(made) << made.error();
        EXPECT_EQ(made->levels, c.expected) << (c.arguments.empty() ? "" : c.arguments.back());
    }
}

TEST(LogLevels, RefuseUnknownNames) {
    EXPECT_EQ(levels({"-debug=abc"}).error(), "Unsupported logging category -debug=abc.");
    EXPECT_EQ(levels({"-debugexclude=abc"}).error(), "Unsupported logging category -debugexclude=abc.");
    EXPECT_EQ(levels({"-loglevel=abc"}).error(),
              "Unsupported global logging level -loglevel=abc. Valid values: info, debug, trace.");
    EXPECT_FALSE(levels({"-loglevel=net:abc"}));
    EXPECT_FALSE(levels({"-loglevel=abc:trace"}));
}

TEST(ShrinkLog, KeepsTheEndOfALargeFile) {
    const auto file = std::filesystem::temp_directory_path() / ("keel shrink " + std::to_string(getpid()));
    std::ofstream(file) << std::string(12'000'000, 'a') << "end";
    shrink_log(file);
    EXPECT_EQ(std::filesystem::file_size(file), 10'000'000U);
    shrink_log(file);
    EXPECT_EQ(std::filesystem::file_size(file), 10'000'000U);
    std::ifstream in(file);
    in.seekg(-3, std::ios::end);
    std::string end;
    in >> end;
    EXPECT_EQ(end, "end");
    std::filesystem::remove(file);
}

}  // namespace
}  // namespace keel::daemon
