// Counters of bytes on the wire: per peer, per message and in all. Written by net threads, read by any.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "engine/wire/messages.hpp"
#include "engine/wire/peer_id.hpp"

namespace keel::net {

struct TrafficTotals {
    std::uint64_t sent = 0;
    std::uint64_t received = 0;
};

// What getpeerinfo shows. Messages that never occurred are left out; unknown ones are "*other*".
struct PeerTraffic {
    wire::PeerId peer;
    TrafficTotals bytes;
    std::map<std::string, std::uint64_t> sent_per_message;
    std::map<std::string, std::uint64_t> received_per_message;
};

// The counters of one connection. Bytes of a message include its header and are counted when it is queued or complete.
class TrafficCounters {
public:
    TrafficCounters();

    void sent_bytes(std::size_t bytes) { sent_.fetch_add(bytes, std::memory_order_relaxed); }
    void received_bytes(std::size_t bytes) { received_.fetch_add(bytes, std::memory_order_relaxed); }
    void sent_message(std::string_view command, std::size_t bytes) { count(messages_sent_, command, bytes); }
    void received_message(std::string_view command, std::size_t bytes) { count(messages_received_, command, bytes); }

    [[nodiscard]] PeerTraffic read(wire::PeerId peer) const;

private:
    using PerMessage = std::vector<std::atomic<std::uint64_t>>;

    static void count(PerMessage& counters, std::string_view command, std::size_t bytes);

    std::atomic<std::uint64_t> sent_{0};
    std::atomic<std::uint64_t> received_{0};
    PerMessage messages_sent_;
    PerMessage messages_received_;
};

// All connections, living and gone.
class TrafficBook {
public:
    std::shared_ptr<TrafficCounters> open(wire::PeerId peer);
    void close(wire::PeerId peer);
    [[nodiscard]] std::vector<PeerTraffic> peers() const;
    [[nodiscard]] TrafficTotals totals() const;

private:
    mutable std::mutex mutex_;
    std::map<wire::PeerId, std::shared_ptr<TrafficCounters>> open_;
    TrafficTotals gone_;
};

}  // namespace keel::net
