#include "app/network/rpc_client.hpp"

#include <cstdio>
#include <fstream>
#include <unistd.h>

#include <gtest/gtest.h>

namespace keel::network {
namespace {

TEST(NetworkRpc, CookieIsUserAndPassword) {
    const auto file = std::filesystem::temp_directory_path() / ("keel-cookie-test-" + std::to_string(getpid()));
    EXPECT_FALSE(read_cookie(file)) << "not written yet";
    std::ofstream(file) << "__cookie__:00ff:11";
    const auto credentials = read_cookie(file);
    ASSERT_TRUE(credentials);
    EXPECT_EQ(credentials->user, "__cookie__");
    EXPECT_EQ(credentials->password, "00ff:11");
    std::ofstream(file) << "no colon";
    EXPECT_FALSE(read_cookie(file));
    std::filesystem::remove(file);
}

TEST(NetworkRpc, NobodyListeningIsAPhrase) {
    const auto result = ask_chain({1, {"a", "b"}});
    ASSERT_FALSE(result);
    EXPECT_FALSE(result.error().empty());
}

}  // namespace
}  // namespace keel::network
