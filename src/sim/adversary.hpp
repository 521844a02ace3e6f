// Peers that speak the protocol and mean harm. They attack by connecting; who closes on them is tried again.
//
// Adversary keeps connections, shakes hands and answers pings; what it does beyond that is its kind's.
#pragma once

#include <map>
#include <set>

#include "engine/headers/tree.hpp"
#include "engine/wire/v1_transport.hpp"
#include "rules/primitives/block.hpp"
#include "sim/miner.hpp"
#include "sim/surroundings.hpp"

namespace keel::sim {

class Adversary : public Host {
public:
    // What the world gives each.
    struct Birth {
        wire::Endpoint address;
        Rng rng;
    };
    Adversary(const Surroundings& world, Birth birth);
    Adversary(const Adversary&) = delete;
    Adversary& operator=(const Adversary&) = delete;

    [[nodiscard]] const wire::Endpoint& address() const { return address_; }
    // Connects, and again whenever the connection is lost.
    void attack(const wire::Endpoint& victim);
    // Lets go of everything and does not come back.
    void retire();

    void on_open(PeerId peer, const wire::Endpoint& remote, std::optional<std::uint64_t> dial) final;
    void on_bytes(PeerId peer, ByteSpan bytes) final;
    void on_close(PeerId peer) final;
    void on_dial_failed(std::uint64_t token, std::string_view reason) final;

protected:
    // The handshake is done.
    virtual void on_ready(PeerId peer) = 0;
    virtual void on_message(PeerId peer, const wire::Message& message) = 0;

    void send(PeerId peer, const wire::Message& message);
    void send_raw(PeerId peer, Bytes bytes);
    void later(microseconds delay, PeerId peer, std::function<void()> task);
    [[nodiscard]] bool is_connected(PeerId peer) const { return connections_.contains(peer); }
    Rng& rng() { return rng_; }
    const Surroundings& world() { return world_; }

private:
    struct Connection {
        std::unique_ptr<wire::V1Transport> transport;
        std::optional<wire::Endpoint> victim;  // that we dialed
    };
    void introduce(PeerId peer, const wire::Endpoint& remote);
    void handle(PeerId peer, const wire::Message& message);
    void try_again(const wire::Endpoint& victim);

    Surroundings world_;
    wire::Endpoint address_;
    Rng rng_;
    bool retired_ = false;
    std::uint64_t next_token_ = 0;
    std::map<std::uint64_t, wire::Endpoint> dials_;
    std::map<PeerId, Connection> connections_;
};

// Offers chain after chain of headers from genesis, each with less work than the honest one: if they were kept, memory
// would grow without end.
class HeaderFlooder final : public Adversary {
public:
    // `length`: headers of each chain.
    HeaderFlooder(const Surroundings& world, Birth birth, std::size_t length);

    [[nodiscard]] std::uint64_t headers_sent() const { return sent_; }

private:
    void on_ready(PeerId peer) override;
    void on_message(PeerId peer, const wire::Message& message) override;
    void make_chain();
    void send_from(PeerId peer, std::size_t first);

    std::size_t length_;
    std::vector<primitives::Header> chain_;
    std::map<primitives::BlockHash, std::size_t> positions_;
    std::uint64_t sent_ = 0;
};

// Knows the honest chain and offers its headers, but lies about blocks: sends them damaged, late, or not at all.
class Liar final : public Adversary {
public:
    enum class Kind : std::uint8_t { silent, not_found, damaged, another, late };
    static constexpr std::uint64_t kKinds = 5;

    Liar(const Surroundings& world, Birth birth, std::vector<primitives::BlockPtr> chain);

private:
    void on_ready(PeerId peer) override;
    void on_message(PeerId peer, const wire::Message& message) override;
    void answer(PeerId peer, const wire::InvEntry& wanted);

    Kind kind_;
    std::vector<primitives::BlockPtr> chain_;  // from height 1
};

// Extends the honest chain by a block that only validation can refuse, and that by good ones, so that it has the most
// work of all.
class Forger final : public Adversary {
public:
    Forger(const Surroundings& world, Birth birth, Miner& miner, const std::vector<primitives::BlockPtr>& chain);

    // The blocks that no honest node may ever follow.
    [[nodiscard]] const std::set<primitives::BlockHash>& forged() const { return forged_; }

private:
    static constexpr int kChildren = 3;

    void on_ready(PeerId peer) override;
    void on_message(PeerId peer, const wire::Message& message) override;
    void append(const primitives::BlockPtr& block);

    std::vector<primitives::BlockPtr> chain_;  // from height 1, the forged ones at its end
    headers::Tree tree_;
    const headers::Node* last_;
    std::set<primitives::BlockHash> forged_;
};

// Says everything at the wrong time: random messages, damaged messages, and noise.
class Babbler final : public Adversary {
public:
    Babbler(const Surroundings& world, Birth birth) : Adversary(world, std::move(birth)) {}

private:
    void on_ready(PeerId peer) override;
    void on_message(PeerId peer, const wire::Message& message) override;
    void babble(PeerId peer);
    wire::Message random_message();
};

}  // namespace keel::sim
