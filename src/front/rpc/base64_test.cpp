#include "front/rpc/base64.hpp"

#include <gtest/gtest.h>

namespace keel::rpc {
namespace {

TEST(Base64, KnownAnswersBothWays) {
    // RFC 4648, 10.
    const std::pair<const char*, const char*> cases[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
    for (const auto& [plain, encoded] : cases) {
        EXPECT_EQ(base64_encode(as_bytes(plain)), encoded);
        EXPECT_EQ(base64_decode(encoded), to_bytes(as_bytes(plain)));
    }
}

TEST(Base64, RefusesWhatIsNotBase64) {
    for (const char* text : {"Z", "Zg", "Zg=", "Z===", "Zg==Zg==", "Zm 9", "Zh==", "Zm9*"}) {
        EXPECT_FALSE(base64_decode(text).has_value()) << text;
    }
}

}  // namespace
}  // namespace keel::rpc
