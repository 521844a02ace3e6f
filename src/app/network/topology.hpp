// Which node dials which.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/rng.hpp"

namespace keel::network {

enum class Topology : std::uint8_t {
    ring,    // each dials the next
    star,    // all dial the first
    random,  // a random tree, and on average one more link a node
};

std::optional<Topology> topology_from(std::string_view text);
std::string_view to_string(Topology topology);

struct Link {
    int from = 0;  // dials
    int to = 0;

    auto operator<=>(const Link&) const = default;
};

// No node dials itself and no pair is linked twice, in either direction; every node can reach every other.
std::vector<Link> make_links(Topology topology, int nodes, Rng& rng);

}  // namespace keel::network
