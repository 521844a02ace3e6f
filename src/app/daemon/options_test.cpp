#include "app/daemon/options.hpp"

#include <filesystem>

#include <gtest/gtest.h>

#include "engine/chain/coin_cache.hpp"

namespace keel::daemon {
namespace {

settings::Loaded load(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(),
                     {"-datadir=" + std::filesystem::temp_directory_path().string(), "-noconf", "-regtest"});
    auto loaded = settings::load(arguments, settings::Program::node);
    EXPECT_TRUE(loaded) << loaded.error();
    return std::move(*loaded);
}

Result<Options, std::string> options(std::vector<std::string> arguments) {
    settings::Loaded loaded = load(std::move(arguments));
    return make_options(loaded, "0.1.0", 4);
}

TEST(ScriptThreads, FollowCoresAndTheUsersWish) {
    struct Case {
        std::int64_t par;
        std::size_t cores;
        std::size_t threads;
    };
    const Case cases[] = {{0, 4, 4},  {1, 4, 1},  {3, 4, 3},   {-1, 4, 3},
                          {-4, 4, 1}, {-9, 4, 1}, {0, 64, 16}, {99, 2, 16}};
    for (const Case& c : cases) {
        EXPECT_EQ(script_threads(c.par, c.cores), c.threads) << c.par << " on " << c.cores;
    }
}

TEST(Memory, StaysWithinWhatTheUserGave) {
    for (const std::size_t mib : {64U, 450U, 1024U, 16'384U}) {
        const MemoryPlan plan = plan_memory(mib << 20U);
        EXPECT_LE(plan.coin_cache + plan.coin_store + plan.index_store, mib << 20U) << mib;
        EXPECT_GT(plan.coin_cache, (mib << 20U) / 2) << mib;
    }
    EXPECT_GE(plan_memory(4U << 20U).coin_cache, chain::kMinBudget);
}

TEST(UserAgent, JoinsRemarksAndRefusesUnsafeOnes) {
    EXPECT_EQ(user_agent("0.1.0", {}), "/Keel:0.1.0/");
    EXPECT_EQ(user_agent("0.1.0", {"a", "b c"}), "/Keel:0.1.0(a; b c)/");
    EXPECT_EQ(user_agent("0.1.0", {"("}).error(), "User Agent comment (() contains unsafe characters.");
    EXPECT_EQ(user_agent("0.1.0", {std::string(256, 'a')}).error(),
              "Total length of network version string (270) exceeds maximum length (256). Reduce the number or size of "
              "uacomments.");
}

TEST(Options, ConnectSwitchesListeningAndSeedsOff) {
    EXPECT_EQ(options({})->listening.any_of.size(), 2U);
    EXPECT_TRUE(options({})->dns_seeds);
    for (const std::string flag : {"-connect=0", "-noconnect", "-connect=1.2.3.4", "-maxconnections=0"}) {
        const auto made = options({flag});
        ASSERT_TRUE(made) << flag;
        EXPECT_TRUE(made->listening.any_of.empty()) << flag;
        EXPECT_FALSE(made->dns_seeds) << flag;
    }
    EXPECT_TRUE(options({"-connect=0"})->added_nodes.empty());
    EXPECT_EQ(options({"-connect=1.2.3.4", "-addnode=x:5"})->added_nodes, (std::vector<std::string>{"1.2.3.4", "x:5"}));
    EXPECT_EQ(options({"-connect=0", "-bind=127.0.0.1"})->listening.required.size(), 1U)
        << "-bind listens all the same";
}

TEST(Options, BindTakesAddressesPortsAndOnionMarks) {
    const auto made = options({"-port=11", "-bind=127.0.0.1", "-bind=[::1]:12", "-bind=127.0.0.2:13=onion"});
    ASSERT_TRUE(made) << made.error();
    std::vector<std::string> text;
    for (const auto& endpoint : made->listening.required) {
        text.push_back(wire::to_string(endpoint));
    }
    EXPECT_EQ(text, (std::vector<std::string>{"127.0.0.1:11", "[::1]:12", "127.0.0.2:13"}));
    EXPECT_EQ(options({"-port=11", "-bind=127.0.0.1=onion"})->listening.required.front().port, 12);
    EXPECT_EQ(options({"-bind=nowhere"}).error(), "Cannot resolve -bind address: 'nowhere'");
    EXPECT_EQ(options({"-bind=1.2.3.4:5=tor"}).error(), "Cannot resolve -bind address: '1.2.3.4:5=tor'");
}

TEST(Options, PruningHasALeastSize) {
    EXPECT_FALSE(options({"-prune=0"})->prune.enabled);
    EXPECT_EQ(options({"-prune=1"})->prune.target, 0U);
    EXPECT_EQ(options({"-prune=600"})->prune.target, 600ULL << 20U);
    EXPECT_EQ(options({"-prune=2"}).error(),
              "Prune configured below the minimum of 550 MiB.  Please use a higher number.");
    EXPECT_EQ(options({"-prune=600", "-reindex-chainstate"}).error(),
              "Prune mode is incompatible with -reindex-chainstate. Use full -reindex instead.");
}

}  // namespace
}  // namespace keel::daemon
