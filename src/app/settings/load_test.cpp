#include "app/settings/load.hpp"

#include <fstream>
#include <stdlib.h>

#include <gtest/gtest.h>

namespace keel::settings {
namespace {

namespace fs = std::filesystem;

class Load : public ::testing::Test {
protected:
    void SetUp() override {
        std::string pattern = (fs::temp_directory_path() / "keel settings XXXXXX").string();
        ASSERT_NE(mkdtemp(pattern.data()), nullptr);
        folder_ = pattern;
    }
    void TearDown() override { fs::remove_all(folder_); }

    void write(const std::string& name, std::string_view text) const { std::ofstream(folder_ / name) << text; }
    Result<Loaded, std::string> run(std::vector<std::string> arguments = {}) const {
        arguments.insert(arguments.begin(), "-datadir=" + folder_.string());
        return load(arguments, Program::node);
    }
    std::string error(std::vector<std::string> arguments = {}) const {
        const auto loaded = run(std::move(arguments));
        return loaded ? "no error" : loaded.error();
    }

    fs::path folder_;
};

TEST_F(Load, ChainDecidesFolderAndSection) {
    struct Case {
        std::string argument;
        std::string name;
        std::string folder;
    };
    const Case cases[] = {
        {"-chain=main", "main", ""},           {"-regtest", "regtest", "regtest"},    {"-testnet", "test", "testnet3"},
        {"-testnet4", "testnet4", "testnet4"}, {"-chain=signet", "signet", "signet"},
    };
    for (const Case& c : cases) {
        const auto loaded = run({c.argument});
        ASSERT_TRUE(loaded) << loaded.error();
        EXPECT_EQ(loaded->params->name, c.name);
        EXPECT_EQ(loaded->chain_dir, c.folder.empty() ? folder_ : folder_ / c.folder);
        EXPECT_EQ(loaded->blocks_dir, loaded->chain_dir / "blocks");
    }
}

TEST_F(Load, ErrorsAreWordedAsTestsExpect) {
    EXPECT_EQ(error({"-regtest", "-signet"}),
              "Invalid combination of -regtest, -signet, -testnet, -testnet4 and -chain. Can use at most one.");
    EXPECT_EQ(error({"-chain=moon"}), "Unknown chain moon.");
    EXPECT_EQ(error({"-conf=none.conf"}), "Error reading configuration file: specified config file \"" +
                                              (folder_ / "none.conf").string() + "\" could not be opened.");
    EXPECT_EQ(error({"-signet", "-signetchallenge=abc"}), "-signetchallenge must be hex, not 'abc'.");
    EXPECT_EQ(error({"-signet", "-signetchallenge=51", "-signetchallenge=52"}),
              "-signetchallenge cannot be multiple values.");
    EXPECT_EQ(error({"-minimumchainwork=test"}), "Invalid minimum work specified (test), must be up to 64 hex digits");
    EXPECT_EQ(error({"-acceptnonstdtxn=1"}), "acceptnonstdtxn is not currently supported for main chain");
    EXPECT_EQ(error({"-acceptstalefeeestimates", "-signet"}),
              "acceptstalefeeestimates is not supported on signet chain.");
    EXPECT_EQ(error({"-vbparams=testdummy:0:1"}), "The -vbparams option may not be used on mainnet.");
    EXPECT_EQ(error({"-dash_cli=1"}), "Error parsing command line arguments: Invalid parameter -dash_cli=1");
    const auto missing = load(std::vector<std::string>{"-datadir=" + (folder_ / "no").string()}, Program::node);
    EXPECT_EQ(missing.error(), "Specified data directory \"" + (folder_ / "no").string() + "\" does not exist.");
    fs::create_directory(folder_ / "dir.conf");
    EXPECT_EQ(error({"-conf=dir.conf"}), "Error reading configuration file: Config file \"" +
                                             (folder_ / "dir.conf").string() + "\" is a directory.");
}

TEST_F(Load, KeelConfComesFirstAndIsStrict) {
    write("bitcoin.conf", "regtest=1\nnosuchthing=1\n");
    auto loaded = run();
    ASSERT_TRUE(loaded) << loaded.error();
    EXPECT_EQ(loaded->params->name, "regtest");
    EXPECT_EQ(loaded->log_warnings, std::vector<std::string>{"Ignoring unknown configuration value nosuchthing"});
    write("keel.conf", "signet=1\n");
    loaded = run();
    ASSERT_TRUE(loaded) << loaded.error();
    EXPECT_EQ(loaded->params->name, "signet");
    EXPECT_EQ(loaded->config_file, folder_ / "keel.conf");
    write("keel.conf", "signet=1\n[signet]\nrpcprot=5\n");
    EXPECT_EQ(error(), "Error reading configuration file: Invalid configuration value signet.rpcprot in " +
                           (folder_ / "keel.conf").string() + ", line 3. Did you mean rpcport?");
    loaded = run({"-noconf"});
    ASSERT_TRUE(loaded) << loaded.error();
    EXPECT_EQ(loaded->params->name, "main");
    EXPECT_FALSE(loaded->config_found);
}

TEST_F(Load, IncludedFilesAreReadOnceAndNotFromEachOther) {
    write("bitcoin.conf", "regtest=1\nuacomment=main\nincludeconf=relative.conf\n");
    write("relative.conf", "uacomment=relative\nincludeconf=relative2.conf\n");
    write("relative2.conf", "uacomment=relative2\n");
    const auto loaded = run();
    ASSERT_TRUE(loaded) << loaded.error();
    EXPECT_EQ(loaded->values.list("uacomment"), (std::vector<std::string>{"main", "relative"}));
    EXPECT_EQ(loaded->plain_warnings,
              std::vector<std::string>{"warning: -includeconf cannot be used from included files; ignoring "
                                       "-includeconf=relative2.conf"});
    fs::remove(folder_ / "relative.conf");
    EXPECT_EQ(error(), "Error reading configuration file: Failed to include configuration file relative.conf");
    EXPECT_TRUE(run({"-noincludeconf"}));
}

TEST_F(Load, SectionsAreChecked) {
    write("bitcoin.conf", "regtest=1\nport=5\n");
    EXPECT_EQ(error(), "Config setting for -port only applied on regtest network when in [regtest] section.\n");
    write("bitcoin.conf", "regtest=1\n[testnet]\n[regtest]\n");
    const auto loaded = run();
    ASSERT_TRUE(loaded) << loaded.error();
    EXPECT_EQ(loaded->user_warnings, std::vector<std::string>{(folder_ / "bitcoin.conf").string() +
                                                              ":2 Section [testnet] is not recognized."});
}

TEST_F(Load, AnIgnoredFileIsAnError) {
    write("bitcoin.conf", "");
    write("other.conf", "regtest=1\n");
    EXPECT_TRUE(error({"-conf=other.conf"})
                    .starts_with("Data directory \"" + folder_.string() +
                                 "\" contains a \"bitcoin.conf\" file which is ignored"));
    EXPECT_TRUE(run({"-conf=other.conf", "-allowignoredconf"}));
    EXPECT_TRUE(run({"-conf=bitcoin.conf"}));
}

TEST_F(Load, HeightsAndDeploymentsAreAdjusted) {
    const auto loaded = run({"-regtest", "-testactivationheight=segwit@432", "-vbparams=testdummy:1:2:3", "-test=bip94",
                             "-minimumchainwork=0x65", "-assumevalid=0"});
    ASSERT_TRUE(loaded) << loaded.error();
    EXPECT_EQ(loaded->params->buried.segwit.value(), 432);
    EXPECT_EQ(loaded->params->deployments[0].min_activation_height.value(), 3);
    EXPECT_TRUE(loaded->params->pow.enforce_timewarp_rule);
    EXPECT_EQ(loaded->params->minimum_chain_work, U256(0x65));
    EXPECT_EQ(error({"-regtest", "-testactivationheight=segwit"}),
              "Invalid format (segwit) for -testactivationheight=name@height.");
    EXPECT_EQ(error({"-regtest", "-testactivationheight=tap@1"}),
              "Invalid name (tap@1) for -testactivationheight=name@height.");
}

TEST_F(Load, PathsStartAtTheChainsFolder) {
    const auto loaded = run({"-regtest", "-pid=x.pid", "-nodebuglogfile", "-rpccookiefile=/abs/cookie"});
    ASSERT_TRUE(loaded) << loaded.error();
    EXPECT_EQ(chain_path(*loaded, "pid", "keeld.pid"), folder_ / "regtest" / "x.pid");
    EXPECT_TRUE(chain_path(*loaded, "debuglogfile", "debug.log").empty());
    EXPECT_EQ(chain_path(*loaded, "rpccookiefile", ".cookie"), "/abs/cookie");
}

TEST_F(Load, ConfigCheckNamesEveryMistake) {
    write("x.conf", "dbcache=no\nfoo=1\nkeypool=5\nproxy=1.2.3.4\nserver=1\n");
    const auto findings = check_config_file(folder_ / "x.conf");
    ASSERT_EQ(findings.size(), 4U);
    EXPECT_NE(findings[0].find(":2: unknown name foo"), std::string::npos);
    EXPECT_NE(findings[1].find("Invalid value 'no' for -dbcache"), std::string::npos);
    EXPECT_NE(findings[2].find("keypool has no effect"), std::string::npos);
    EXPECT_NE(findings[3].find("-proxy cannot be used"), std::string::npos);
}

}  // namespace
}  // namespace keel::settings
