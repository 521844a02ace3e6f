#include "edge/serve/rpc_auth.hpp"

#include <fstream>
#include <sys/stat.h>

#include <gtest/gtest.h>

#include "edge/serve/subnets.hpp"
#include "front/rpc/base64.hpp"

namespace keel::serve {
namespace {

std::string basic(std::string_view credentials) { return "Basic " + rpc::base64_encode(as_bytes(credentials)); }

TEST(RpcAuth, TakesTheRightPasswordOnly) {
    RpcAuth auth;
    auth.add_password("alice", "se:cret");
    EXPECT_EQ(auth.check(basic("alice:se:cret")), "alice");
    EXPECT_EQ(auth.check("Basic   " + rpc::base64_encode(as_bytes("alice:se:cret")) + " "), "alice");
    for (const char* wrong : {"alice:se:cre", "alice:", "bob:se:cret", "alice", ":", "", "alice:se:cret2"}) {
        EXPECT_FALSE(auth.check(basic(wrong)).has_value()) << wrong;
    }
    EXPECT_FALSE(auth.check("Bearer x").has_value());
    EXPECT_FALSE(auth.check("Basic !").has_value());
    EXPECT_FALSE(RpcAuth().check(basic(":")).has_value());
}

TEST(RpcAuth, RpcauthEntriesAreSaltedHmacs) {
    // HMAC-SHA-256 with the key "salt" over "password".
    RpcAuth auth;
    ASSERT_TRUE(auth.add_rpcauth("bob:salt$84ec44c7d6fc41917953a1dafca3c7d7856f7a9d0328b991b76f0d36be1224b9"));
    EXPECT_EQ(auth.check(basic("bob:password")), "bob");
    EXPECT_FALSE(auth.check(basic("bob:passwort")).has_value());
    for (const char* wrong : {"", "bob", "bob:salt", "bob$salt:x", "a:b:c$d", "a:b$c$d"}) {
        EXPECT_FALSE(auth.add_rpcauth(wrong)) << wrong;
    }
}

TEST(CookieFile, IsThereWhileTheObjectLives) {
    const auto path = std::filesystem::temp_directory_path() / ("keel-cookie-" + std::to_string(::getpid()));
    {
        auto cookie = CookieFile::create(path, CookieFile::Access::owner);
        ASSERT_TRUE(cookie.has_value()) << cookie.error();
        std::ifstream in(path);
        std::string content;
        std::getline(in, content);
        EXPECT_EQ(content, "__cookie__:" + cookie->password());
        EXPECT_EQ(cookie->password().size(), 64U);
        struct stat status{};
        ASSERT_EQ(::stat(path.c_str(), &status), 0);
        EXPECT_EQ(status.st_mode & 0777U, 0600U);
        const CookieFile moved = std::move(*cookie);
        EXPECT_TRUE(std::filesystem::exists(path));
    }
    EXPECT_FALSE(std::filesystem::exists(path));
    EXPECT_FALSE(CookieFile::create("/nonexistent/folder/.cookie", CookieFile::Access::owner).has_value());
}

TEST(Subnets, LoopbackIsAlwaysIn) {
    const Subnets subnets;
    EXPECT_TRUE(subnets.contains(*parse_numeric_address("127.0.0.1")));
    EXPECT_TRUE(subnets.contains(*parse_numeric_address("127.9.9.9")));
    EXPECT_TRUE(subnets.contains(*parse_numeric_address("::1")));
    EXPECT_FALSE(subnets.contains(*parse_numeric_address("10.0.0.1")));
    EXPECT_FALSE(subnets.contains(*parse_numeric_address("::2")));
}

TEST(Subnets, AllThreeFormsOfARange) {
    Subnets subnets;
    EXPECT_TRUE(subnets.allow("10.1.0.0/16"));
    EXPECT_TRUE(subnets.allow("192.168.7.0/255.255.255.0"));
    EXPECT_TRUE(subnets.allow("1.2.3.4"));
    EXPECT_TRUE(subnets.allow("fd00::/8"));
    for (const char* in : {"10.1.200.3", "192.168.7.255", "1.2.3.4", "fd12::1", "::ffff:10.1.0.1"}) {
        EXPECT_TRUE(subnets.contains(*parse_numeric_address(in))) << in;
    }
    for (const char* out : {"10.2.0.0", "192.168.8.0", "1.2.3.5", "fe00::1"}) {
        EXPECT_FALSE(subnets.contains(*parse_numeric_address(out))) << out;
    }
    EXPECT_TRUE(subnets.allow("0.0.0.0/0"));
    EXPECT_TRUE(subnets.contains(*parse_numeric_address("8.8.8.8")));
    EXPECT_FALSE(subnets.contains(*parse_numeric_address("2001::1")));
}

TEST(Subnets, NonsenseIsRefused) {
    Subnets subnets;
    for (const char* text : {"", "x", "1.2.3", "1.2.3.4/33", "1.2.3.4/-1", "1.2.3.4/255.0.255.0", "::/129", "1.2.3.4/",
                             "1.2.3.4/::", "localhost"}) {
        EXPECT_FALSE(subnets.allow(text)) << text;
    }
}

}  // namespace
}  // namespace keel::serve
