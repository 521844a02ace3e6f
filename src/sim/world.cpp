#include "sim/world.hpp"

namespace keel::sim {
namespace {

constexpr microseconds kLook{20'000};  // between two looks at a condition
constexpr microseconds kConnectLimit{60'000'000};

const primitives::Params& params() { return primitives::regtest_params(); }

}  // namespace

World::World(std::uint64_t seed, bool faults, Logger& logger)
    : rng_(seed),
      logger_(logger),
      trace_(logger),
      buggify_(rng_.fork(), faults),
      links_({scheduler_, buggify_, probes_}, rng_.fork()),
      miner_(params(), rng_.fork()) {}

Surroundings World::surroundings() {
    return {params(), scheduler_, links_,  trace_,
            buggify_, probes_,    logger_, [this](const std::string& what) { fail(what); }};
}

// Each inhabitant has a /16 of its own, as addresses of strangers do.
wire::Endpoint World::next_address() {
    const std::uint32_t number = ++addresses_;
    const auto high = static_cast<std::uint8_t>(50 + number / 200);
    const auto low = static_cast<std::uint8_t>(1 + number % 200);
    return {wire::NetAddress::ipv4(high, low, 1, 1), params().default_port};
}

SimNode& World::add_node(const SimNode::Settings& settings) {
    SimNode::Identity identity{"node" + std::to_string(nodes_.size()), next_address(), {}};
    nodes_.push_back(std::make_unique<SimNode>(surroundings(), std::move(identity), settings, rng_.fork()));
    return *nodes_.back();
}

void World::connect(std::size_t from, std::size_t to) { node(from).add_neighbour(node(to).identity().address); }

void World::connect_randomly(std::size_t extra) {
    for (std::size_t i = 1; i < size(); ++i) {
        connect(i, rng_.below(i));
    }
    for (std::size_t i = 0; i < extra * size() / 2; ++i) {
        const std::size_t from = rng_.below(size());
        const std::size_t to = rng_.below(size());
        if (from != to) connect(from, to);
    }
}

void World::start_all() {
    for (const auto& each : nodes_) {
        if (!each->is_up()) each->start();
    }
}

void World::mine(std::size_t index) {
    SimNode& miner = node(index);
    if (!miner.is_up()) return;
    const auto block = miner_.mine(miner.tip(), static_cast<std::uint8_t>(index), miner.now().unix);
    for (const auto& other : nodes_) {
        if (other->is_up() && other->tip().height() > miner.tip().height()) probes_.hit("stale block mined");
    }
    miner.submit(block);
}

void World::mine_chain(std::size_t index, int count) {
    for (int i = 0; i < count && !failed(); ++i) {
        const auto height = node(index).tip().height();
        mine(index);
        const bool connected = run_until([&] { return node(index).tip().height() > height; }, kConnectLimit);
        if (!connected) fail("a block was not connected where it was mined");
    }
}

void World::run_for(microseconds time) {
    if (!failed()) scheduler_.run_until(scheduler_.now() + time);
}

bool World::run_until(const std::function<bool()>& condition, microseconds limit) {
    const SteadyTime end = scheduler_.now() + limit;
    while (!failed() && !condition()) {
        if (scheduler_.now() >= end) return false;
        scheduler_.run_until(scheduler_.now() + kLook);
    }
    return !failed();
}

void World::heal() {
    buggify_.disable();
    links_.set_model({});
    links_.heal();
    start_all();
}

bool World::agree() const {
    const primitives::BlockHash* tip = nullptr;
    for (const auto& each : nodes_) {
        if (!each->is_up()) continue;
        if (tip == nullptr) tip = &each->tip().hash();
        if (each->tip().hash() != *tip) return false;
    }
    return true;
}

std::string World::describe_tips() const {
    std::string out;
    for (const auto& each : nodes_) {
        out += concat(" ", each->identity().name, ":");
        out += each->is_up() ? concat(each->tip().height(), "/", to_hex(each->tip().hash()).substr(56)) : "down";
    }
    return out;
}

void World::expect_agreement(microseconds limit) {
    heal();
    // Two blocks of equal height may both be final tips; the next block decides.
    const SteadyTime begin = scheduler_.now();
    run_for(limit / 4);
    if (failed()) return;
    const std::size_t last_miner = rng_.below(size());
    mine_chain(last_miner, 1);
    const microseconds left = limit - (scheduler_.now() - begin);
    if (!run_until([this] { return agree(); }, left) && !failed()) {
        fail("nodes do not agree after faults have ended:" + describe_tips());
    }
    compare_coins(limit);
}

void World::compare_coins(microseconds limit) {
    for (const auto& each : nodes_) {
        each->request_coins();
    }
    const auto answered = [this] {
        return std::ranges::all_of(nodes_, [](const auto& each) { return each->coins().has_value(); });
    };
    if (!run_until(answered, limit)) {
        fail("a node does not say what coins there are");
        return;
    }
    for (const auto& each : nodes_) {
        if (each->coins() != nodes_.front()->coins()) fail(each->identity().name + " has other coins at the same tip");
    }
}

void World::fail(const std::string& what) {
    if (failure_) return;
    failure_ = what;
    trace_.note(scheduler_.now(), "world", "fails", as_bytes(what));
}

}  // namespace keel::sim
