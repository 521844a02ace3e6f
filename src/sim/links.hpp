// The virtual network: hosts, connections between them, and everything that can go wrong with a connection.
//
// A connection carries bytes both ways, never out of order. They arrive after a delay and no faster than its bandwidth.
// Hosts in different groups cannot hear each other: what is on its way waits until they are in one group again, as TCP
// would retry, and new connections time out. A reset ends a connection on both sides and drops what is on its way; a
// host that loses its power leaves others to notice late.
#pragma once

#include <deque>
#include <map>
#include <set>

#include "engine/wire/peer_id.hpp"
#include "engine/wire/transport.hpp"
#include "sim/faults.hpp"
#include "sim/scheduler.hpp"

namespace keel::sim {

using wire::PeerId;

// One side of a connection, as its host sees it. Each side has its own id; ids are never reused.
class Host {
public:
    virtual ~Host() = default;
    // `dial`: the token of connect(), nothing on the side that was called.
    virtual void on_open(PeerId peer, const wire::Endpoint& remote, std::optional<std::uint64_t> dial) = 0;
    virtual void on_bytes(PeerId peer, ByteSpan bytes) = 0;
    virtual void on_close(PeerId peer) = 0;
    virtual void on_dial_failed(std::uint64_t token, std::string_view reason) = 0;
};

struct LinkModel {
    microseconds delay_min{5'000};
    microseconds delay_max{80'000};
    std::uint64_t bytes_per_second = 10'000'000;
};

class Links {
public:
    struct Parts {
        Scheduler& scheduler;
        Buggify& buggify;
        Probes& probes;
    };
    Links(Parts parts, Rng rng)
        : scheduler_(parts.scheduler), buggify_(parts.buggify), probes_(parts.probes), rng_(std::move(rng)) {}

    // The host must stay until remove_host().
    void add_host(const wire::Endpoint& at, Host& host);
    // Without a goodbye: others notice when their next bytes are answered by nobody, or much later.
    void remove_host(const wire::Endpoint& at);

    void connect(const wire::Endpoint& from, const wire::Endpoint& to, std::uint64_t token);
    void send(PeerId from, wire::Payload payload);
    // The other side sees the end after what was sent before; this side hears nothing more.
    void close(PeerId id);

    // How connections made from now on behave.
    void set_model(const LinkModel& model) { model_ = model; }
    void set_group(const wire::Endpoint& host, int group);
    void heal();
    void reset_some(std::uint64_t one_in);
    [[nodiscard]] std::size_t connections() const { return sides_.size() / 2; }

private:
    struct Flight {
        SteadyTime arrival;
        wire::Payload payload;  // an empty owner: the end
    };
    struct Side {
        wire::Endpoint host;         // whose side this is
        wire::Endpoint remote_host;  // the other host, by the address it listens at
        PeerId other;
        LinkModel model;
        // What travels towards this side.
        std::deque<Flight> flights;
        SteadyTime line_free;     // when the last byte put on the line has left
        SteadyTime last_arrival;  // nothing overtakes it
        bool armed = false;
    };

    Side* find(PeerId side);
    [[nodiscard]] Host* host_at(const wire::Endpoint& at);
    [[nodiscard]] bool separated(const wire::Endpoint& a, const wire::Endpoint& b) const;
    microseconds delay(const LinkModel& model) {
        return microseconds(rng_.between(static_cast<std::uint64_t>(model.delay_min.count()),
                                         static_cast<std::uint64_t>(model.delay_max.count())));
    }
    void open(const wire::Endpoint& from, const wire::Endpoint& to, std::uint64_t token);
    void put(PeerId to, wire::Payload payload);
    void arm(PeerId id);
    void deliver(PeerId id);
    void end_side(PeerId id);
    void reset(PeerId id);

    Scheduler& scheduler_;
    Buggify& buggify_;
    Probes& probes_;
    Rng rng_;
    LinkModel model_;
    std::map<wire::Endpoint, Host*> hosts_;
    std::map<wire::Endpoint, int> groups_;
    std::map<PeerId, Side> sides_;
    std::set<PeerId> waiting_;  // for a partition to end
    std::int64_t next_side_ = 0;
};

}  // namespace keel::sim
