#include "app/consensus_commands.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "engine/policy/rules.hpp"
#include "rules/consensus/rules.hpp"
#include "rules/primitives/params.hpp"
#include "testing/data.hpp"

namespace keel::app {
namespace {

namespace fs = std::filesystem;

struct Outcome {
    int code = 0;
    std::string out;
    std::string err;
};

template <class Command>
Outcome run(Command command, const std::vector<std::string>& arguments) {
    std::ostringstream out;
    std::ostringstream err;
    const int code = command(arguments, out, err);
    return {code, out.str(), err.str()};
}

// A file that is gone after the test.
class TempFile {
public:
    TempFile(const std::string& name, ByteSpan content)
        : path_(fs::path(::testing::TempDir()) / ("keel_verify_block_" + name)) {
        std::ofstream(path_, std::ios::binary) << as_text(content);
    }
    ~TempFile() { fs::remove(path_); }
    TempFile(const TempFile&) = delete;
    TempFile& operator=(const TempFile&) = delete;
    [[nodiscard]] std::string name() const { return path_.string(); }

private:
    fs::path path_;
};

ByteSpan genesis() { return primitives::main_params().genesis->raw(); }

TEST(RulesCommand, ListsEveryRule) {
    const Outcome outcome = run(rules, {});
    EXPECT_EQ(outcome.code, 0);
    for (const consensus::RuleInfo* rule : consensus::all_rules()) {
        EXPECT_NE(outcome.out.find(rule->id), std::string::npos);
        EXPECT_NE(outcome.out.find(rule->sentence), std::string::npos);
    }
    EXPECT_EQ(run(rules, {"--markdown"}).out, consensus::rules_as_markdown());
    EXPECT_EQ(run(rules, {"--policy", "--markdown"}).out, policy::rules_as_markdown());
    EXPECT_NE(run(rules, {"--policy"}).out.find("truc-only-child"), std::string::npos);
    EXPECT_NE(run(rules, {"block-weight"}).out.find("4,000,000"), std::string::npos);
    EXPECT_EQ(run(rules, {"block-wait"}).err, "Error: there is no rule 'block-wait'; keel rules lists them.\n");
}

TEST(VerifyBlockCommand, AcceptsGenesisAsBytesAndAsHex) {
    const TempFile bytes("genesis.blk", genesis());
    const TempFile hex("genesis.hex", as_bytes(to_hex(genesis()) + "\n"));
    for (const std::string& name : {bytes.name(), hex.name()}) {
        const Outcome outcome = run(verify_block, {"--height", "0", name});
        EXPECT_EQ(outcome.code, 0) << outcome.err;
        EXPECT_NE(outcome.out.find("no rule that could be checked is broken"), std::string::npos) << outcome.out;
        EXPECT_NE(outcome.out.find("not checked"), std::string::npos);
    }
}

TEST(VerifyBlockCommand, NamesTheRuleThatIsBroken) {
    Bytes changed = to_bytes(genesis());
    changed[40] ^= std::byte{1};
    const TempFile file("changed.blk", changed);
    const Outcome outcome = run(verify_block, {"-chain=main", "-height=0", file.name()});
    EXPECT_EQ(outcome.code, 1);
    EXPECT_NE(outcome.out.find("INVALID: high-hash, proof of work failed"), std::string::npos) << outcome.out;
    EXPECT_NE(outcome.out.find("header-work"), std::string::npos);
}

TEST(VerifyBlockCommand, SaysWhatIsWrongWithItsArguments) {
    const TempFile block("block.blk", genesis());
    const TempFile half("half.blk", genesis().first(100));
    const auto error = [](const std::vector<std::string>& arguments) {
        const Outcome outcome = run(verify_block, arguments);
        EXPECT_EQ(outcome.code, 2);
        return outcome.err.substr(0, outcome.err.find('\n'));
    };
    EXPECT_EQ(error({}), "Error: A height and a block are needed.");
    EXPECT_EQ(error({block.name()}), "Error: A height and a block are needed.");
    EXPECT_EQ(error({"--height", "-1", block.name()}), "Error: The height '-1' is not a number from 0 on.");
    EXPECT_EQ(error({"--height"}), "Error: The option --height needs a value.");
    EXPECT_EQ(error({"--hight", "0", block.name()}), "Error: There is no option --hight.");
    EXPECT_EQ(error({"--height", "0", "a", "b"}), "Error: There is more than one block: a and b.");
    EXPECT_EQ(error({"--height", "0", "/nowhere"}), "Error: The file /nowhere cannot be opened.");
    EXPECT_EQ(error({"--height", "0", "--coins", "x", block.name()}),
              "Error: --coins says where the outputs in --spent come from: give both.");
    EXPECT_EQ(error({"--height", "0", "--challenge", "51", block.name()}),
              "Error: A challenge needs --chain signet and hexadecimal digits.");
    EXPECT_TRUE(error({"--height", "0", half.name()}).starts_with("Error: The file " + half.name() + " does not hold"));
}

TEST(VerifyBlockCommand, ShowsItsUsageWhenAskedFor) {
    const Outcome outcome = run(verify_block, {"-help"});
    EXPECT_EQ(outcome.code, 0);
    EXPECT_TRUE(outcome.out.starts_with("usage: keel verify-block --height N"));
}

TEST(VerifyBlockCommand, ChecksScriptsOfARealBlock) {
    constexpr std::string_view kStem =
        "blocks/mainnet/0542213-000000000000000000143a2c56c0214236dadfd30df41d4a0345492ad6d861ec";
    KEEL_DATA_OR_SKIP(const auto block, std::string(kStem) + ".blk");
    const std::string stem = block.string().substr(0, block.string().size() - 4);
    const Outcome outcome = run(verify_block, {"--chain", "main", "--height", "542213", "--spent", stem + ".prevouts",
                                               "--coins", stem + ".coins", block.string()});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_NE(outcome.out.find("passed       scripts: 12 inputs"), std::string::npos) << outcome.out;
    const Outcome wrong = run(verify_block, {"--height", "542213", "--spent", stem + ".coins", block.string()});
    EXPECT_EQ(wrong.code, 2);
    EXPECT_EQ(wrong.err,
              "Error: The file of spent outputs does not hold exactly one output for each of the 12 inputs.\n");
}

}  // namespace
}  // namespace keel::app
