// The parts that need no node: arguments, links, reports, processes, folders.
#include <csignal>
#include <fstream>
#include <set>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "app/network/node.hpp"
#include "app/network/options.hpp"
#include "app/network/process.hpp"
#include "app/network/report.hpp"
#include "app/network/topology.hpp"
#include "app/network/workspace.hpp"

namespace keel::network {
namespace {

using namespace std::chrono_literals;

Result<Options, std::string> parse(std::vector<std::string> words) { return parse_options(words); }

TEST(NetworkOptions, DefaultsAndBothFormsOfValues) {
    EXPECT_EQ(parse({}), Options{});
    Options expected;
    expected.nodes = 20;
    expected.topology = Topology::random;
    expected.block_interval = 500ms;
    expected.folder = "/some/where";
    expected.duration = 12'250ms;
    expected.json = true;
    expected.program = "other";
    EXPECT_EQ(parse({"--nodes", "20", "--topology=random", "-block-interval", "0.5", "--datadir=/some/where",
                     "--duration", "12.25", "--json", "--program=other"}),
              expected);
    EXPECT_TRUE(parse({"--help"})->help);
    EXPECT_NE(help_text().find("--block-interval SECONDS"), std::string::npos);
}

TEST(NetworkOptions, MistakesAreNamed) {
    const std::pair<std::vector<std::string>, std::string> rows[] = {
        {{"--nodes", "0"}, "--nodes must be a whole number from 1 to 500."},
        {{"--nodes=4x"}, "--nodes must be a whole number from 1 to 500."},
        {{"--nodes"}, "--nodes needs a value."},
        {{"--topology", "tree"}, "--topology must be ring, star or random."},
        {{"--block-interval", "-1"}, "--block-interval must be seconds, such as 5 or 0.5."},
        {{"--duration", "1.2345"}, "--duration must be seconds, such as 5 or 0.5."},
        {{"--duration", "1."}, "--duration must be seconds, such as 5 or 0.5."},
        {{"--duration", "1.-1"}, "--duration must be seconds, such as 5 or 0.5."},
        {{"--json=1"}, "--json takes no value."},
        {{"--datadir="}, "--datadir must name a folder."},
        {{"--speed=1"}, "There is no option '--speed=1'; see keel network up --help."},
        {{"up"}, "Unexpected argument 'up'; see keel network up --help."},
    };
    for (const auto& [words, error] : rows) {
        const auto options = parse(words);
        ASSERT_FALSE(options) << error;
        EXPECT_EQ(options.error(), error);
    }
}

// Nodes that node 0 can reach.
std::size_t reachable(const std::vector<Link>& links) {
    std::set<int> seen = {0};
    for (std::size_t before = 0; before != seen.size();) {
        before = seen.size();
        for (const Link& link : links) {
            if (seen.contains(link.from) || seen.contains(link.to)) {
                seen.insert({link.from, link.to});
            }
        }
    }
    return seen.size();
}

TEST(NetworkTopology, EveryShapeIsConnectedWithoutDoubleLinks) {
    Rng rng(1);
    for (const auto shape : {Topology::ring, Topology::star, Topology::random}) {
        EXPECT_EQ(topology_from(to_string(shape)), shape);
        for (int nodes = 1; nodes <= 40; ++nodes) {
            const auto links = make_links(shape, nodes, rng);
            std::set<std::pair<int, int>> pairs;
            for (const Link& link : links) {
                EXPECT_NE(link.from, link.to);
                EXPECT_TRUE(link.from >= 0 && link.from < nodes && link.to >= 0 && link.to < nodes);
                EXPECT_TRUE(pairs.insert(std::minmax(link.from, link.to)).second);
            }
            EXPECT_EQ(reachable(links), static_cast<std::size_t>(nodes)) << to_string(shape) << ' ' << nodes;
        }
    }
    EXPECT_EQ(make_links(Topology::ring, 5, rng).size(), 5U);
    EXPECT_EQ(make_links(Topology::star, 5, rng).size(), 4U);
    EXPECT_EQ(make_links(Topology::random, 20, rng).size(), 39U);
}

NodeReport report_of(int number, std::int64_t height, const std::string& tip) {
    NodeReport node;
    node.number = number;
    node.state = NodeState::running;
    node.height = height;
    node.headers = height;
    node.tip = tip;
    node.peers = 2;
    node.p2p_port = 20000;
    node.rpc_port = 20001;
    node.folder = "/tmp/x/node" + std::to_string(number);
    node.user = "__cookie__";
    node.password = "secret";
    return node;
}

const std::string kTipA(64, 'a');
const std::string kTipB(64, 'b');

TEST(NetworkReport, AgreementCountsLivingNodesOnly) {
    std::vector<NodeReport> nodes = {report_of(0, 7, kTipA), report_of(1, 7, kTipA), report_of(2, 6, kTipB)};
    EXPECT_EQ(agreement(nodes), "3 nodes have 2 different tips");
    nodes[2].state = NodeState::ended;
    EXPECT_EQ(agreement(nodes), "all 2 nodes agree on block 7 aaaaaa..aaaa");
    nodes[1].state = NodeState::ended;
    EXPECT_EQ(agreement(nodes), "the node is at block 7 aaaaaa..aaaa");
    nodes[0].state = NodeState::ended;
    EXPECT_EQ(agreement(nodes), "no node is running");
}

TEST(NetworkReport, TableLinesUp) {
    std::vector<NodeReport> nodes = {report_of(0, 1234567, kTipA), report_of(19, 7, kTipB)};
    nodes[1].state = NodeState::ended;
    nodes[1].ending = "exit code 1";
    NetworkReport report;
    report.options.nodes = 2;
    report.options.block_interval = 500ms;
    report.uptime = 3723s;
    report.nodes = nodes;
    EXPECT_EQ(table(report),
              "keel network: 2 nodes, ring, up 01:02:03, a block every 0.5 s\n"
              "node  state     height  headers  tip           peers  mempool    p2p    rpc\n"
              "   0  running  1234567  1234567  aaaaaa..aaaa      2        0  20000  20001\n"
              "  19  ended          7        7  bbbbbb..bbbb      2        0  20000  20001  exit code 1\n"
              "the node is at block 1234567 aaaaaa..aaaa\n");
}

TEST(NetworkReport, JsonTellsHowToReachEachNodeOnceItIsReady) {
    const std::vector<NodeReport> nodes = {report_of(0, 7, kTipA)};
    NetworkReport report;
    report.nodes = nodes;
    const std::string line = json_line(Event::ready, report);
    EXPECT_EQ(line.find('\n'), line.size() - 1);
    const auto ready = boost::json::parse(line);
    EXPECT_EQ(ready.at("event").as_string(), "ready");
    const auto& node = ready.at("nodes").at(0);
    EXPECT_EQ(node.at("rpc").as_string(), "http://127.0.0.1:20001");
    EXPECT_EQ(node.at("password").as_string(), "secret");
    EXPECT_EQ(node.at("height").as_int64(), 7);
    EXPECT_FALSE(
        boost::json::parse(json_line(Event::status, report)).at("nodes").at(0).as_object().contains("password"));
}

TEST(NetworkNode, IsStartedOnTheLoopbackAddressOnly) {
    const auto words = command_line({3, {"/bin/keel", "node"}, "/tmp/x", 20000, 20001});
    const std::set<std::string> all(words.begin(), words.end());
    EXPECT_EQ(words[0], "/bin/keel");
    EXPECT_EQ(words[1], "node");
    for (const auto* word : {"-regtest", "-bind=127.0.0.1:20000", "-rpcbind=127.0.0.1", "-rpcport=20001", "-connect=0",
                             "-dnsseed=0", "-datadir=/tmp/x"}) {
        EXPECT_TRUE(all.contains(word)) << word;
    }
}

class NetworkFolders : public ::testing::Test {
protected:
    NetworkFolders() {
        std::string name = (std::filesystem::temp_directory_path() / "keel-test-XXXXXX").string();
        folder_ = mkdtemp(name.data());
    }
    ~NetworkFolders() override { std::filesystem::remove_all(folder_); }

    std::string text_of(const std::string& name) const {
        std::ifstream in(folder_ / name);
        return {std::istreambuf_iterator<char>(in), {}};
    }

    std::filesystem::path folder_;
};

std::string wait_for_end(Process& process) {
    for (int i = 0; i < 500; ++i) {
        if (const auto ending = process.ending()) {
            return *ending;
        }
        std::this_thread::sleep_for(10ms);
    }
    return "still running";
}

Result<Process, std::string> shell(const std::string& script, const std::filesystem::path& output) {
    return Process::start(std::vector<std::string>{"/bin/sh", "-c", script}, output);
}

TEST_F(NetworkFolders, ProcessTellsItsEndAndKeepsItsOutput) {
    auto process = shell("echo out; echo err >&2; exit 3", folder_ / "log");
    ASSERT_TRUE(process);
    EXPECT_EQ(wait_for_end(*process), "exit code 3");
    EXPECT_EQ(text_of("log"), "out\nerr\n");
}

TEST_F(NetworkFolders, ProcessStopsWhenAskedThoughSignalsAreBlockedHere) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigset_t before;
    pthread_sigmask(SIG_BLOCK, &set, &before);
    auto process = shell("exec sleep 1000", folder_ / "log");
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    ASSERT_TRUE(process);
    process->ask_to_stop();
    EXPECT_EQ(wait_for_end(*process), "killed by signal 15");
}

TEST_F(NetworkFolders, ProgramThatIsNotThereIsAnError) {
    const auto process = Process::start(std::vector<std::string>{"/no/such/program"}, folder_ / "log");
    ASSERT_FALSE(process);
    EXPECT_EQ(process.error(), "Cannot run /no/such/program: No such file or directory.");
}

TEST_F(NetworkFolders, ProcessDiesWithItsHandle) {
    int id = 0;
    {
        auto process = shell("exec sleep 1000", folder_ / "log");
        ASSERT_TRUE(process);
        id = process->id();
        EXPECT_EQ(::kill(id, 0), 0);
    }
    EXPECT_EQ(::kill(id, 0), -1);
}

TEST_F(NetworkFolders, ProcessDiesWithItsParentHoweverThatDies) {
    const pid_t parent = fork();
    if (parent == 0) {
        auto process = shell("echo $$ > " + (folder_ / "pid").string() + "; exec sleep 1000", folder_ / "log");
        for (int i = 0; process && i < 500 && text_of("pid").empty(); ++i) {
            std::this_thread::sleep_for(10ms);
        }
        raise(SIGKILL);
    }
    int status = 0;
    waitpid(parent, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status));
    const int id = std::atoi(text_of("pid").c_str());
    ASSERT_GT(id, 1);
    // Whoever adopts orphans may take a moment to collect it: gone, or a zombie.
    const auto gone = [&] {
        std::ifstream stat("/proc/" + std::to_string(id) + "/stat");
        const std::string text{std::istreambuf_iterator<char>(stat), {}};
        return text.empty() || text.find(") Z ") != std::string::npos;
    };
    for (int i = 0; i < 500 && !gone(); ++i) {
        std::this_thread::sleep_for(10ms);
    }
    EXPECT_TRUE(gone());
}

TEST_F(NetworkFolders, TemporaryWorkspaceGoesAndANamedOneStays) {
    std::filesystem::path place;
    {
        const auto workspace = Workspace::open({});
        ASSERT_TRUE(workspace) << workspace.error();
        place = workspace->folder();
        std::filesystem::create_directories(workspace->node_folder(3) / "deep");
        EXPECT_TRUE(std::filesystem::exists(place / "node3"));
    }
    EXPECT_FALSE(std::filesystem::exists(place));
    {
        const auto workspace = Workspace::open(folder_ / "named");
        ASSERT_TRUE(workspace) << workspace.error();
        std::filesystem::create_directories(workspace->node_folder(0));
        const auto second = Workspace::open(folder_ / "named");
        ASSERT_FALSE(second);
        EXPECT_NE(second.error().find("used by another network"), std::string::npos);
    }
    EXPECT_TRUE(std::filesystem::exists(folder_ / "named" / "node0"));
    EXPECT_FALSE(std::filesystem::exists(folder_ / "named" / "network.lock"));
}

TEST_F(NetworkFolders, FolderOfAKilledNetworkIsSweptByTheNext) {
    const auto stale = std::filesystem::temp_directory_path() / ("keel-network-stale" + std::to_string(getpid()));
    std::filesystem::create_directories(stale / "node0");
    std::ofstream(stale / "network.lock").put('\n');
    const auto fresh = Workspace::open({});
    EXPECT_TRUE(std::filesystem::exists(stale)) << "too young to be taken for left behind";
    std::filesystem::last_write_time(stale, std::filesystem::file_time_type::clock::now() - 60s);
    const auto next = Workspace::open({});
    EXPECT_FALSE(std::filesystem::exists(stale));
    EXPECT_TRUE(std::filesystem::exists(fresh->folder())) << "its owner lives";
}

TEST(NetworkPorts, AreDifferentAndInRange) {
    Rng rng(9);
    const auto ports = free_ports(40, rng);
    ASSERT_TRUE(ports);
    EXPECT_EQ(std::set<std::uint16_t>(ports->begin(), ports->end()).size(), 40U);
    EXPECT_TRUE(std::ranges::all_of(*ports, [](std::uint16_t port) { return port >= 10'000 && port <= 32'000; }));
}

}  // namespace
}  // namespace keel::network
