// docs/consensus-rules.md says what the tables say.
#include <filesystem>

#include <gtest/gtest.h>

#include "rules/consensus/rules.hpp"
#include "testing/data.hpp"

namespace keel::conformance {
namespace {

TEST(RulesDocument, IsWhatKeelRulesPrints) {
    const std::filesystem::path path = std::filesystem::path(KEEL_SOURCE_DIR) / "docs" / "consensus-rules.md";
    ASSERT_TRUE(std::filesystem::exists(path)) << path;
    const Bytes document = testing::read_file(path);
    EXPECT_EQ(as_text(document), consensus::rules_as_markdown())
        << "write it anew with: keel rules --markdown > docs/consensus-rules.md";
}

}  // namespace
}  // namespace keel::conformance
