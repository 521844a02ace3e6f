#include "sim/links.hpp"

namespace keel::sim {
namespace {

constexpr seconds kDialTimeout{5};
constexpr seconds kNoticeLate{90};  // a peer that vanished without a word

}  // namespace

void Links::add_host(const wire::Endpoint& at, Host& host) { hosts_[at] = &host; }

void Links::remove_host(const wire::Endpoint& at) {
    hosts_.erase(at);
    std::vector<PeerId> mine;
    for (const auto& [id, side] : sides_) {
        if (side.host == at) mine.push_back(id);
    }
    for (const PeerId id : mine) {
        const PeerId other = find(id)->other;
        sides_.erase(id);
        const bool late = buggify_.maybe("half-open connection", 2);
        const microseconds notice = late ? microseconds(kNoticeLate) : delay(model_);
        scheduler_.after(notice, [this, other] { end_side(other); });
    }
}

Links::Side* Links::find(PeerId side) {
    const auto found = sides_.find(side);
    return found == sides_.end() ? nullptr : &found->second;
}

Host* Links::host_at(const wire::Endpoint& at) {
    const auto found = hosts_.find(at);
    return found == hosts_.end() ? nullptr : found->second;
}

bool Links::separated(const wire::Endpoint& a, const wire::Endpoint& b) const {
    const auto group = [this](const wire::Endpoint& host) {
        const auto found = groups_.find(host);
        return found == groups_.end() ? 0 : found->second;
    };
    return group(a) != group(b);
}

void Links::connect(const wire::Endpoint& from, const wire::Endpoint& to, std::uint64_t token) {
    const bool lost = separated(from, to) || buggify_.maybe("dial times out", 8);
    const microseconds when = lost ? microseconds(kDialTimeout) : 2 * delay(model_);
    scheduler_.after(when, [this, from, to, token, lost] {
        Host* caller = host_at(from);
        if (caller == nullptr) return;
        if (!lost && host_at(to) != nullptr && !separated(from, to)) {
            open(from, to, token);
            return;
        }
        probes_.hit("dial failed");
        caller->on_dial_failed(token, lost ? "timed out" : "refused");
    });
}

void Links::open(const wire::Endpoint& from, const wire::Endpoint& to, std::uint64_t token) {
    const PeerId caller(next_side_++);
    const PeerId called(next_side_++);
    LinkModel model = model_;
    if (buggify_.maybe("slow link", 3)) model.bytes_per_second = 20'000;
    const SteadyTime now = scheduler_.now();
    // The caller's own port is of no importance as long as it differs.
    const wire::Endpoint from_port{from.address, static_cast<std::uint16_t>(40'000 + called.value() % 20'000)};
    sides_.emplace(caller, Side{from, to, called, model, {}, now, now, false});
    sides_.emplace(called, Side{to, from, caller, model, {}, now, now, false});
    host_at(to)->on_open(called, from_port, std::nullopt);
    host_at(from)->on_open(caller, to, token);
}

void Links::send(PeerId from, wire::Payload payload) {
    const Side* side = find(from);
    if (side == nullptr || payload.bytes.empty()) return;
    put(side->other, std::move(payload));
}

void Links::put(PeerId to, wire::Payload payload) {
    if (find(to) == nullptr) return;
    Side& towards = *find(to);
    const auto bytes = static_cast<std::int64_t>(payload.bytes.size());
    const auto rate = static_cast<std::int64_t>(towards.model.bytes_per_second);
    towards.line_free = std::max(towards.line_free, scheduler_.now()) + microseconds(bytes * 1'000'000 / rate);
    towards.last_arrival = std::max(towards.last_arrival, towards.line_free + delay(towards.model));
    towards.flights.push_back({towards.last_arrival, std::move(payload)});
    arm(to);
}

void Links::close(PeerId id) {
    const Side* side = find(id);
    if (side == nullptr) return;
    put(side->other, {});
    sides_.erase(id);
}

void Links::arm(PeerId id) {
    Side* side = find(id);
    if (side == nullptr || side->armed || side->flights.empty()) return;
    side->armed = true;
    scheduler_.at(side->flights.front().arrival, [this, id] { deliver(id); });
}

void Links::deliver(PeerId id) {
    Side* side = find(id);
    if (side == nullptr) return;
    side->armed = false;
    if (separated(side->host, side->remote_host)) {
        waiting_.insert(id);
        probes_.hit("partition crossed");
        return;
    }
    const wire::Payload payload = std::move(side->flights.front().payload);
    side->flights.pop_front();
    Host* host = host_at(side->host);
    if (payload.bytes.empty()) {
        end_side(id);
        return;
    }
    const std::size_t first = buggify_.maybe("split read", 2) ? rng_.below(payload.bytes.size()) : 0;
    if (first > 0) host->on_bytes(id, payload.bytes.first(first));
    host->on_bytes(id, payload.bytes.subspan(first));
    arm(id);
}

void Links::end_side(PeerId id) {
    const Side* side = find(id);
    if (side == nullptr) return;
    Host* host = host_at(side->host);
    sides_.erase(id);
    if (host != nullptr) host->on_close(id);
}

void Links::reset(PeerId id) {
    const Side* side = find(id);
    if (side == nullptr) return;
    const PeerId other = side->other;
    probes_.hit("connection reset");
    end_side(id);
    end_side(other);
}

void Links::set_group(const wire::Endpoint& host, int group) { groups_[host] = group; }

void Links::heal() {
    groups_.clear();
    for (const PeerId id : std::exchange(waiting_, {})) {
        scheduler_.after(delay(model_), [this, id] { arm(id); });
    }
}

void Links::reset_some(std::uint64_t one_in) {
    std::vector<PeerId> chosen;
    for (const auto& [id, side] : sides_) {
        if (rng_.chance(1, one_in)) chosen.push_back(id);
    }
    for (const PeerId id : chosen) {
        reset(id);
    }
}

}  // namespace keel::sim
