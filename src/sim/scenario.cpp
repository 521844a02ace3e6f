#include "sim/scenario.hpp"

namespace keel::sim {
namespace {

constexpr microseconds kSecond{1'000'000};
constexpr microseconds kMinute = 60 * kSecond;
// Long enough for every timeout that a fault may have started: a stalled download, a vanished peer, a redial.
constexpr microseconds kPatience = 40 * kMinute;

std::size_t pick(Size size, std::size_t small, std::size_t large) { return size == Size::small ? small : large; }

void make_nodes(World& world, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        world.add_node();
    }
    world.connect_randomly(2);
    world.start_all();
    world.run_for(2 * kSecond);
}

// Blocks of random miners, on average `gap` apart.
void mine_around(World& world, std::size_t blocks, microseconds gap) {
    for (std::size_t i = 0; i < blocks && !world.failed(); ++i) {
        world.run_for(world.rng().exponential(gap));
        world.mine(world.rng().below(world.size()));
    }
}

void play_converge(World& world, Size size) {
    make_nodes(world, pick(size, 3 + world.rng().below(4), 50));
    mine_around(world, pick(size, 8, 60), 5 * kSecond);
    world.expect_agreement(kPatience);
}

void play_partition(World& world, Size size) {
    make_nodes(world, pick(size, 4 + world.rng().below(3), 30));
    mine_around(world, 3, kSecond);
    for (std::size_t i = 0; i < world.size(); ++i) {
        world.links().set_group(world.node(i).identity().address, world.rng().chance(1, 2) ? 1 : 0);
    }
    mine_around(world, pick(size, 10, 60), 4 * kSecond);
    world.links().heal();
    mine_around(world, 2, 20 * kSecond);
    world.expect_agreement(kPatience);
}

void play_rivals(World& world, Size size) {
    make_nodes(world, pick(size, 4, 20));
    const std::size_t rounds = pick(size, 3, 12);
    for (std::size_t round = 0; round < rounds && !world.failed(); ++round) {
        // Two camps that hear nothing of each other mine chains of different length.
        for (std::size_t i = 0; i < world.size(); ++i) {
            world.links().set_group(world.node(i).identity().address, static_cast<int>(i % 2));
        }
        const int first = static_cast<int>(world.rng().between(1, 9));
        const int second = static_cast<int>(world.rng().between(1, 9));
        world.mine_chain(0, first);
        world.mine_chain(1, second);
        world.links().heal();
        // Within one camp two miners find blocks at the same moment.
        world.run_for(10 * kSecond);
        world.mine(2);
        world.mine(3);
        world.run_for(5 * kSecond);
    }
    world.expect_agreement(kPatience);
}

void play_sync(World& world, Size size) {
    world.add_node();
    world.start_all();
    world.mine_chain(0, static_cast<int>(pick(size, 30 + world.rng().below(100), 1500)));
    if (world.failed()) return;
    const auto chain = world.miner().branch(world.node(0).tip().hash());
    const std::size_t newcomers = pick(size, 2, 6);
    for (std::size_t i = 1; i <= newcomers; ++i) {
        world.add_node();
        world.connect(i, 0);
        if (i > 1) world.connect(i, i - 1);
        const std::size_t liars = 1 + world.rng().below(3);
        for (std::size_t k = 0; k < liars; ++k) {
            auto& liar = world.add_adversary<Liar>(chain);
            // Some come by themselves, some the node was told to connect to: those are never punished, only left.
            if (world.rng().chance(1, 2)) {
                liar.attack(world.node(i).identity().address);
            } else {
                world.node(i).add_neighbour(liar.address());
            }
        }
    }
    // At times nobody honest can be reached at first.
    const bool alone = world.rng().chance(1, 3);
    if (alone) world.links().set_group(world.node(0).identity().address, 1);
    world.start_all();
    if (alone) {
        world.run_for(25 * kMinute);
        world.links().heal();
    }
    const auto synced = [&world] { return world.agree() && world.node(0).tip().height() > primitives::Height(0); };
    if (!world.run_until(synced, kPatience) && !world.failed()) {
        world.fail("a new node did not sync from an honest peer among liars");
    }
    world.expect_agreement(kPatience);
}

void play_crash(World& world, Size size) {
    make_nodes(world, pick(size, 3, 12));
    const std::size_t blocks = pick(size, 25, 150);
    for (std::size_t i = 0; i < blocks && !world.failed(); ++i) {
        world.run_for(world.rng().exponential(4 * kSecond));
        world.mine(world.rng().below(world.size()));
        if (!world.rng().chance(1, 4)) continue;
        SimNode& victim = world.node(world.rng().below(world.size()));
        world.run_for(microseconds(world.rng().below(20'000)));  // in the middle of things
        if (victim.is_up()) {
            victim.crash();
        } else {
            victim.start();
        }
    }
    world.expect_agreement(kPatience);
}

void play_forgery(World& world, Size size) {
    make_nodes(world, pick(size, 4, 15));
    mine_around(world, pick(size, 4, 20), 2 * kSecond);
    world.run_for(20 * kSecond);
    if (world.failed()) return;
    std::vector<const Forger*> forgers;
    for (std::size_t i = 0; i < pick(size, 2, 5); ++i) {
        auto& forger = world.add_adversary<Forger>(world.miner(), world.miner().branch(world.node(i).tip().hash()));
        forgers.push_back(&forger);
        for (std::size_t n = 0; n < world.size(); ++n) {
            if (world.rng().chance(1, 2)) forger.attack(world.node(n).identity().address);
        }
    }
    const auto follows = [&world](const Forger* forger) {
        for (std::size_t n = 0; n < world.size(); ++n) {
            if (world.node(n).is_up() && forger->forged().contains(world.node(n).tip().hash())) return true;
        }
        return false;
    };
    for (std::size_t i = 0; i < pick(size, 6, 30) && !world.failed(); ++i) {
        mine_around(world, 1, 10 * kSecond);
        if (std::ranges::any_of(forgers, follows)) world.fail("a node follows a block that breaks a rule");
    }
    world.expect_agreement(kPatience);
    if (std::ranges::any_of(forgers, follows)) world.fail("all nodes follow a block that breaks a rule");
}

// Honest nodes know a chain with enough work; what attackers offer never has. Trees must not grow by it.
void play_flood(World& world, Size size) {
    const std::size_t honest = pick(size, 2'300, 2'600);
    SimNode::Settings settings;
    settings.minimum_chain_work = U256(2 * (honest - 50));
    world.add_node(settings);
    world.start_all();
    world.mine_chain(0, static_cast<int>(honest));
    world.add_node(settings);
    world.connect(1, 0);
    const std::size_t attackers = pick(size, 2, 6);
    for (std::size_t i = 0; i < attackers; ++i) {
        auto& flooder = world.add_adversary<HeaderFlooder>(wire::kMaxHeaders + world.rng().below(200));
        flooder.attack(world.node(0).identity().address);
        flooder.attack(world.node(1).identity().address);
    }
    world.start_all();
    for (int i = 0; i < 60 && !world.failed(); ++i) {
        world.run_for(5 * kSecond);
        for (std::size_t n = 0; n < world.size(); ++n) {
            if (world.node(n).tree().size() > honest + 2) world.fail("a node keeps headers without work");
        }
    }
    world.expect_agreement(kPatience);
}

// Everything at once.
void play_chaos(World& world, Size size) {
    make_nodes(world, pick(size, 3 + world.rng().below(4), 25));
    for (std::size_t i = 0; i < pick(size, 1, 8); ++i) {
        world.add_adversary<Babbler>().attack(world.node(world.rng().below(world.size())).identity().address);
    }
    const std::size_t steps = pick(size, 40, 300);
    for (std::size_t i = 0; i < steps && !world.failed(); ++i) {
        world.run_for(world.rng().exponential(2 * kSecond));
        SimNode& someone = world.node(world.rng().below(world.size()));
        switch (world.rng().below(10)) {
            case 0: world.links().reset_some(6); break;
            case 1: world.links().set_group(someone.identity().address, 1); break;
            case 2: world.links().heal(); break;
            case 3: someone.crash(); break;
            case 4:
            case 5:
                if (!someone.is_up()) someone.start();
                break;
            default: world.mine(world.rng().below(world.size())); break;
        }
    }
    world.expect_agreement(kPatience);
}

constexpr std::array<Scenario, 8> kScenarios{{
    {"converge", "blocks spread through a random network; all nodes end at one tip with the same coins", true,
     play_converge},
    {"partition", "the network falls in two, both halves mine, and it heals; the half with less work follows", true,
     play_partition},
    {"rivals", "miners who do not hear of each other build chains of different length; nodes reorganize", true,
     play_rivals},
    {"sync", "new nodes sync from one honest peer among peers that lie about blocks or stall", true, play_sync},
    {"crash", "nodes lose power in the middle of things and come back from torn disks; nothing is lost for good", true,
     play_crash},
    {"forgery", "peers offer chains with the most work and one coin too much; nobody follows them", true, play_forgery},
    {"flood", "peers offer chains of headers without work; header trees do not grow", false, play_flood},
    {"chaos", "resets, partitions, crashes, noise and slow threads at once; afterwards all nodes agree", true,
     play_chaos},
}};

}  // namespace

std::span<const Scenario> all_scenarios() { return kScenarios; }

const Scenario* find_scenario(std::string_view name) {
    const auto found = std::ranges::find(kScenarios, name, &Scenario::name);
    return found == kScenarios.end() ? nullptr : &*found;
}

Outcome play(const Scenario& scenario, std::uint64_t seed, Size size, Logger& logger) {
    World world(seed, scenario.faults, logger);
    const SteadyTime begin = world.scheduler().now();
    scenario.play(world, size);
    Outcome out;
    if (world.failed()) {
        out.failure = concat(*world.failure(), " [keel sim --scenario ", scenario.name, " --seed ", seed,
                             size == Size::large ? " --large]" : "]");
    }
    out.trace = world.trace().hash();
    out.events = world.trace().size();
    out.blocks = world.miner().mined();
    out.virtual_time = world.scheduler().now() - begin;
    out.probes = world.probes();
    return out;
}

}  // namespace keel::sim
