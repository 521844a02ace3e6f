#include "app/network/topology.hpp"

#include <array>
#include <set>

namespace keel::network {
namespace {

constexpr std::array<std::pair<Topology, std::string_view>, 3> kNames{
    {{Topology::ring, "ring"}, {Topology::star, "star"}, {Topology::random, "random"}}};

std::vector<Link> ring(int nodes) {
    std::vector<Link> out;
    for (int i = 0; i + 1 < nodes; ++i) {
        out.push_back({i, i + 1});
    }
    if (nodes > 2) {
        out.push_back({nodes - 1, 0});
    }
    return out;
}

std::vector<Link> star(int nodes) {
    std::vector<Link> out;
    for (int i = 1; i < nodes; ++i) {
        out.push_back({i, 0});
    }
    return out;
}

int pick(Rng& rng, int below) { return static_cast<int>(rng.below(static_cast<std::uint64_t>(below))); }

std::vector<Link> random_graph(int nodes, Rng& rng) {
    std::set<std::pair<int, int>> pairs;  // the smaller number first
    for (int i = 1; i < nodes; ++i) {
        pairs.emplace(pick(rng, i), i);
    }
    const auto possible = static_cast<std::size_t>(nodes) * static_cast<std::size_t>(nodes - 1) / 2;
    const std::size_t wanted = std::min(possible, pairs.size() + static_cast<std::size_t>(nodes));
    while (pairs.size() < wanted) {
        const int a = pick(rng, nodes);
        const int b = pick(rng, nodes);
        if (a != b) {
            pairs.insert(std::minmax(a, b));
        }
    }
    std::vector<Link> out;
    out.reserve(pairs.size());
    for (const auto& [low, high] : pairs) {
        out.push_back(rng.chance(1, 2) ? Link{low, high} : Link{high, low});
    }
    return out;
}

}  // namespace

std::optional<Topology> topology_from(std::string_view text) {
    for (const auto& [topology, name] : kNames) {
        if (name == text) {
            return topology;
        }
    }
    return std::nullopt;
}

std::string_view to_string(Topology topology) {
    for (const auto& [known, name] : kNames) {
        if (known == topology) {
            return name;
        }
    }
    return "unknown";
}

std::vector<Link> make_links(Topology topology, int nodes, Rng& rng) {
    switch (topology) {
        case Topology::ring: return ring(nodes);
        case Topology::star: return star(nodes);
        case Topology::random: return random_graph(nodes, rng);
    }
    return {};
}

}  // namespace keel::network
