// docs/consensus-rules.md and docs/policy-rules.md say what the tables say.
#include <filesystem>

#include <gtest/gtest.h>

#include "engine/policy/rules.hpp"
#include "rules/consensus/rules.hpp"
#include "testing/data.hpp"

namespace keel::conformance {
namespace {

std::string document(const std::string& name) {
    const Bytes bytes = testing::read_file(std::filesystem::path(KEEL_SOURCE_DIR) / "docs" / name);
    return std::string(as_text(bytes));
}

TEST(RulesDocument, IsWhatKeelRulesPrints) {
    EXPECT_EQ(document("consensus-rules.md"), consensus::rules_as_markdown())
        << "write it anew with: keel rules --markdown > docs/consensus-rules.md";
}

TEST(RulesDocument, OfPolicyIsWhatKeelRulesPrints) {
    EXPECT_EQ(document("policy-rules.md"), policy::rules_as_markdown())
        << "write it anew with: keel rules --policy --markdown > docs/policy-rules.md";
}

}  // namespace
}  // namespace keel::conformance
