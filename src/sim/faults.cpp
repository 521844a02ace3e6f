#include "sim/faults.hpp"

#include "base/assert.hpp"

namespace keel::sim {
namespace {

constexpr std::uint64_t kAwakeOneIn = 3;

constexpr std::array<std::string_view, 16> kProbes{
    "reorg",              // a tip change that takes a block off
    "deep reorg",         // more than five blocks taken off
    "stale block mined",  // a miner's block lost to another of the same height
    "block rejected",     // validation refused a peer's block
    "message refused",    // a payload was not what its command promised
    "connection reset",   // a link broke while both sides lived
    "partition crossed",  // bytes waited for a partition to end
    "dial failed",        //
    "peer dropped",       // p2p closed a connection by its own decision
    "misbehaviour",       // ... because the peer broke the rules
    "stalling peer",      // ... because it did not deliver a block
    "crash",              // a node lost its power
    "blocks recovered",   // blocks found on disk behind what the index knew
    "tip went back",      // after a crash a node began below where it had been
    "headers presynced",  // a low-work pre-sync ran
    "slow thread",        // an engine was held up for seconds
};

}  // namespace

bool Buggify::awake(std::string_view site) {
    if (!enabled_) return false;
    const auto found = sites_.find(site);
    if (found != sites_.end()) return found->second;
    return sites_.emplace(site, rng_.chance(1, kAwakeOneIn)).first->second;
}

bool Buggify::maybe(std::string_view site, std::uint64_t one_in) { return awake(site) && rng_.chance(1, one_in); }

std::span<const std::string_view> all_probes() { return kProbes; }

void Probes::hit(std::string_view name) {
    KEEL_ASSERT(std::ranges::find(kProbes, name) != kProbes.end());
    const auto found = counts_.find(name);
    if (found == counts_.end()) {
        counts_.emplace(name, 1);
    } else {
        ++found->second;
    }
}

void Probes::add(const Probes& other) {
    for (const auto& [name, count] : other.counts_) {
        counts_[name] += count;
    }
}

std::uint64_t Probes::count(std::string_view name) const {
    const auto found = counts_.find(name);
    return found == counts_.end() ? 0 : found->second;
}

std::vector<std::string> Probes::never_hit() const {
    std::vector<std::string> out;
    for (const std::string_view name : kProbes) {
        if (count(name) == 0) out.emplace_back(name);
    }
    return out;
}

}  // namespace keel::sim
