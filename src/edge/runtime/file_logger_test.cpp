#include "edge/runtime/file_logger.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>
#include <thread>

#include <gtest/gtest.h>

#include "edge/runtime/thread_name.hpp"

namespace keel::runtime {
namespace {

class FileLoggerTest : public ::testing::Test {
protected:
    FileLoggerTest() {
        std::string pattern = (std::filesystem::temp_directory_path() / "keel-log-XXXXXX").string();
        EXPECT_NE(mkdtemp(pattern.data()), nullptr);
        folder_ = pattern;
    }
    ~FileLoggerTest() override { std::filesystem::remove_all(folder_); }

    [[nodiscard]] std::string path(std::string_view name = "debug.log") const { return (folder_ / name).string(); }
    [[nodiscard]] static std::vector<std::string> lines(const std::string& path) {
        std::ifstream in(path);
        std::vector<std::string> out;
        for (std::string line; std::getline(in, line);) {
            out.push_back(line);
        }
        return out;
    }
    std::unique_ptr<FileLogger> open(LogOptions options) {
        options.console = false;
        options.file = path();
        auto logger = FileLogger::open(options, clock_);
        EXPECT_TRUE(logger.has_value());
        return *std::move(logger);
    }

    std::filesystem::path folder_;
    Clock clock_;
};

TEST_F(FileLoggerTest, a_line_is_in_the_file_when_write_returns) {
    const auto logger = open({.timestamps = false});
    logger->write(LogCategory::all, LogLevel::info, "first");
    EXPECT_EQ(lines(path()), (std::vector<std::string>{"first"}));
    logger->write(LogCategory::net, LogLevel::debug, "second");
    EXPECT_EQ(lines(path()), (std::vector<std::string>{"first", "[net] second"}));
}

TEST_F(FileLoggerTest, lines_say_when_who_and_what) {
    set_thread_name("tester");
    const auto logger = open({.microseconds = true, .thread_names = true});
    logger->write(LogCategory::p2p, LogLevel::info, "text");
    logger->write(LogCategory::all, LogLevel::warning, "text");
    clock_.set_mock_time(unix_time(0));
    logger->write(LogCategory::rpc, LogLevel::debug, "text");
    const auto got = lines(path());
    ASSERT_EQ(got.size(), 3U);
    const std::string when = R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z )";
    EXPECT_TRUE(std::regex_match(got[0], std::regex(when + R"(\[tester\] \[p2p:info\] text)"))) << got[0];
    EXPECT_TRUE(std::regex_match(got[1], std::regex(when + R"(\[tester\] \[warning\] text)"))) << got[1];
    EXPECT_TRUE(
        std::regex_match(got[2], std::regex(when + R"(\(mocktime: 1970-01-01T00:00:00Z\) \[tester\] \[rpc\] text)")))
        << got[2];
}

TEST_F(FileLoggerTest, levels_are_per_category) {
    const auto logger = open({});
    EXPECT_TRUE(logger->enabled(LogCategory::net, LogLevel::info));
    EXPECT_FALSE(logger->enabled(LogCategory::net, LogLevel::debug));
    logger->set_level(LogCategory::net, LogLevel::debug);
    EXPECT_TRUE(logger->enabled(LogCategory::net, LogLevel::debug));
    EXPECT_FALSE(logger->enabled(LogCategory::net, LogLevel::trace));
    EXPECT_FALSE(logger->enabled(LogCategory::rpc, LogLevel::debug));
    logger->set_level(LogCategory::all, LogLevel::error);
    EXPECT_FALSE(logger->enabled(LogCategory::net, LogLevel::warning));
    EXPECT_EQ(logger->level(LogCategory::rpc), LogLevel::error);
}

TEST_F(FileLoggerTest, a_text_of_a_peer_cannot_forge_a_line) {
    const auto logger = open({.timestamps = false});
    logger->write(LogCategory::all, LogLevel::info, std::string_view("a\nb\x1b[0m\x7f\0\xc3\xbc", 11));
    EXPECT_EQ(lines(path()), (std::vector<std::string>{"a\\x0ab\\x1b[0m\\x7f\\x00\xc3\xbc"}));
}

TEST_F(FileLoggerTest, lines_of_many_threads_stay_whole_while_the_file_is_reopened) {
    const auto logger = open({.timestamps = false});
    std::vector<std::thread> writers;
    for (int t = 0; t < 4; ++t) {
        writers.emplace_back([&logger, t] {
            const std::string text(200, static_cast<char>('a' + t));
            for (int i = 0; i < 500; ++i) {
                logger->write(LogCategory::all, LogLevel::info, text);
            }
        });
    }
    std::filesystem::rename(path(), path("old.log"));
    logger->reopen();
    for (std::thread& writer : writers) {
        writer.join();
    }
    auto all = lines(path());
    for (const std::string& line : lines(path("old.log"))) {
        all.push_back(line);
    }
    EXPECT_EQ(all.size(), 2000U);
    for (const std::string& line : all) {
        EXPECT_EQ(line, std::string(200, line[0]));
    }
    EXPECT_EQ(std::filesystem::status(path()).permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST_F(FileLoggerTest, a_file_that_cannot_be_opened_is_one_clear_sentence) {
    const auto logger = FileLogger::open({.file = path("no/such/folder.log")}, clock_);
    ASSERT_FALSE(logger.has_value());
    EXPECT_EQ(logger.error(), "Cannot open log file " + path("no/such/folder.log") + ": No such file or directory.");
}

TEST(LogCategory, names_read_back) {
    for (std::size_t i = 0; i < kLogCategoryCount; ++i) {
        const auto category = static_cast<LogCategory>(i);
        EXPECT_EQ(category_from_name(category_name(category)), category);
    }
    EXPECT_FALSE(category_from_name("nonsense"));
}

}  // namespace
}  // namespace keel::runtime
