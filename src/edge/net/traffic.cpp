#include "edge/net/traffic.hpp"

namespace keel::net {
namespace {

constexpr std::string_view kOther = "*other*";

std::map<std::string, std::uint64_t> named(const std::vector<std::atomic<std::uint64_t>>& counters) {
    std::map<std::string, std::uint64_t> out;
    const auto commands = wire::all_commands();
    for (std::size_t i = 0; i < counters.size(); ++i) {
        const std::uint64_t bytes = counters[i];
        if (bytes > 0) out.emplace(i < commands.size() ? commands[i] : kOther, bytes);
    }
    return out;
}

}  // namespace

TrafficCounters::TrafficCounters()
    : messages_sent_(wire::all_commands().size() + 1), messages_received_(wire::all_commands().size() + 1) {}

void TrafficCounters::count(PerMessage& counters, std::string_view command, std::size_t bytes) {
    const auto commands = wire::all_commands();
    const auto found = std::ranges::find(commands, command);
    counters[static_cast<std::size_t>(found - commands.begin())].fetch_add(bytes, std::memory_order_relaxed);
}

PeerTraffic TrafficCounters::read(wire::PeerId peer) const {
    return {peer, {sent_, received_}, named(messages_sent_), named(messages_received_)};
}

std::shared_ptr<TrafficCounters> TrafficBook::open(wire::PeerId peer) {
    auto counters = std::make_shared<TrafficCounters>();
    const std::lock_guard lock(mutex_);
    open_.emplace(peer, counters);
    return counters;
}

void TrafficBook::close(wire::PeerId peer) {
    const std::lock_guard lock(mutex_);
    const auto found = open_.find(peer);
    if (found == open_.end()) return;
    const TrafficTotals bytes = found->second->read(peer).bytes;
    gone_.sent += bytes.sent;
    gone_.received += bytes.received;
    open_.erase(found);
}

std::vector<PeerTraffic> TrafficBook::peers() const {
    std::vector<PeerTraffic> out;
    const std::lock_guard lock(mutex_);
    out.reserve(open_.size());
    for (const auto& [peer, counters] : open_) {
        out.push_back(counters->read(peer));
    }
    return out;
}

TrafficTotals TrafficBook::totals() const {
    const std::lock_guard lock(mutex_);
    TrafficTotals out = gone_;
    for (const auto& [peer, counters] : open_) {
        const TrafficTotals bytes = counters->read(peer).bytes;
        out.sent += bytes.sent;
        out.received += bytes.received;
    }
    return out;
}

}  // namespace keel::net
