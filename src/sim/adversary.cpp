#include "sim/adversary.hpp"

#include "base/assert.hpp"
#include "engine/mining/nonce_search.hpp"

namespace keel::sim {
namespace {

constexpr microseconds kTryAgain{2'000'000};
constexpr std::int32_t kClaimedHeight = 1'000'000;

// Blocks of adversaries are a minute apart, from genesis on, so that their times are neither early nor late.
primitives::Header child_of(const primitives::Header& parent, const primitives::Params& params, Rng& rng) {
    primitives::Header header = parent;
    header.version = 0x20000000;
    header.previous = parent.hash();
    rng.fill(header.merkle_root.bytes);
    header.time = parent.time + 60;
    header.nonce = 0;
    const auto step = mining::search_nonce(header, params, ~std::uint64_t{0});
    KEEL_ASSERT(step.outcome == mining::NonceOutcome::found);
    return header;
}

}  // namespace

Adversary::Adversary(const Surroundings& world, Birth birth)
    : world_(world), address_(birth.address), rng_(std::move(birth.rng)) {
    world_.links.add_host(address_, *this);
}

void Adversary::attack(const wire::Endpoint& victim) {
    const std::uint64_t token = next_token_++;
    dials_.emplace(token, victim);
    world_.links.connect(address_, victim, token);
}

void Adversary::retire() {
    retired_ = true;
    for (const auto& [peer, connection] : std::exchange(connections_, {})) {
        world_.links.close(peer);
    }
}

void Adversary::try_again(const wire::Endpoint& victim) {
    world_.scheduler.after(kTryAgain, [this, victim] {
        if (!retired_) attack(victim);
    });
}

void Adversary::on_open(PeerId peer, const wire::Endpoint& remote, std::optional<std::uint64_t> dial) {
    Connection connection{std::make_unique<wire::V1Transport>(world_.params.magic), std::nullopt};
    if (dial) connection.victim = dials_.extract(*dial).mapped();
    connections_.emplace(peer, std::move(connection));
    if (dial) introduce(peer, remote);
}

void Adversary::introduce(PeerId peer, const wire::Endpoint& remote) {
    wire::Version version;
    version.services = wire::Services{}.with(wire::Service::network).with(wire::Service::witness);
    version.receiver = remote;
    version.nonce = rng_.next();
    version.user_agent = "/Adversary/";
    version.start_height = kClaimedHeight;
    send(peer, version);
}

void Adversary::on_bytes(PeerId peer, ByteSpan bytes) {
    const auto found = connections_.find(peer);
    if (found == connections_.end()) return;
    std::vector<wire::TransportEvent> events;
    const bool broken = wire::receive_all(*found->second.transport, bytes, events).has_value();
    if (broken) world_.fail("a node sent something that is no message");
    for (wire::TransportEvent& event : events) {
        auto* raw = std::get_if<wire::RawMessage>(&event);
        if (raw == nullptr || !connections_.contains(peer)) continue;
        const auto message = wire::decode(raw->command.view(), std::move(raw->payload));
        if (!message) {
            world_.fail("a node sent a malformed message: " + to_string(message.error()));
            return;
        }
        handle(peer, *message);
    }
}

void Adversary::handle(PeerId peer, const wire::Message& message) {
    world_.trace.note(world_.scheduler.now(), to_string(address_.address), wire::command_of(message));
    if (const auto* version = std::get_if<wire::Version>(&message)) {
        if (!connections_.at(peer).victim) introduce(peer, version->sender);
        send(peer, wire::Verack{});
    } else if (std::holds_alternative<wire::Verack>(message)) {
        on_ready(peer);
    } else if (const auto* ping = std::get_if<wire::Ping>(&message)) {
        send(peer, wire::Pong{ping->nonce});
    } else {
        on_message(peer, message);
    }
}

void Adversary::on_close(PeerId peer) {
    const auto victim = connections_.at(peer).victim;
    connections_.erase(peer);
    if (victim) try_again(*victim);
}

void Adversary::on_dial_failed(std::uint64_t token, std::string_view /*reason*/) {
    try_again(dials_.extract(token).mapped());
}

void Adversary::send(PeerId peer, const wire::Message& message) {
    const auto found = connections_.find(peer);
    if (found == connections_.end()) return;
    found->second.transport->send(wire::encode(message));
    for (wire::Payload& piece : found->second.transport->take_output()) {
        world_.links.send(peer, std::move(piece));
    }
}

void Adversary::send_raw(PeerId peer, Bytes bytes) {
    world_.links.send(peer, wire::encode_raw("", std::move(bytes)).payload);
}

void Adversary::later(microseconds delay, PeerId peer, std::function<void()> task) {
    world_.scheduler.after(delay, [this, peer, task = std::move(task)] {
        if (is_connected(peer)) task();
    });
}

// ---- headers without work ----

HeaderFlooder::HeaderFlooder(const Surroundings& world, Birth birth, std::size_t length)
    : Adversary(world, std::move(birth)), length_(length) {}

void HeaderFlooder::make_chain() {
    chain_.clear();
    positions_.clear();
    const primitives::Header* last = &world().params.genesis->header();
    chain_.reserve(length_);
    for (std::size_t i = 0; i < length_; ++i) {
        chain_.push_back(child_of(*last, world().params, rng()));
        last = &chain_.back();
        positions_.emplace(last->hash(), i);
    }
}

void HeaderFlooder::send_from(PeerId peer, std::size_t first) {
    const std::size_t count = std::min(wire::kMaxHeaders, chain_.size() - first);
    const auto begin = chain_.begin() + static_cast<std::ptrdiff_t>(first);
    sent_ += count;
    send(peer, wire::Headers{{begin, begin + static_cast<std::ptrdiff_t>(count)}});
}

void HeaderFlooder::on_ready(PeerId peer) {
    make_chain();
    send_from(peer, 0);
    later(seconds(20), peer, [this, peer] { on_ready(peer); });
}

void HeaderFlooder::on_message(PeerId peer, const wire::Message& message) {
    const auto* request = std::get_if<wire::GetHeaders>(&message);
    if (request == nullptr || chain_.empty()) return;
    for (const auto& hash : request->locator) {
        const auto found = positions_.find(hash);
        if (found == positions_.end()) continue;
        if (found->second + 1 < chain_.size()) send_from(peer, found->second + 1);
        return;
    }
    send_from(peer, 0);
}

// ---- blocks that do not come ----

Liar::Liar(const Surroundings& world, Birth birth, std::vector<primitives::BlockPtr> chain)
    : Adversary(world, std::move(birth)),
      kind_(static_cast<Kind>(this->rng().below(kKinds))),
      chain_(std::move(chain)) {}

void Liar::on_ready(PeerId peer) {
    wire::Headers headers;
    for (const auto& block : chain_) {
        headers.headers.push_back(block->header());
        if (headers.headers.size() == wire::kMaxHeaders) break;
    }
    send(peer, headers);
}

void Liar::on_message(PeerId peer, const wire::Message& message) {
    if (std::holds_alternative<wire::GetHeaders>(message)) {
        on_ready(peer);
    } else if (const auto* wanted = std::get_if<wire::GetData>(&message)) {
        for (const wire::InvEntry& entry : wanted->entries) {
            answer(peer, entry);
        }
    }
}

void Liar::answer(PeerId peer, const wire::InvEntry& wanted) {
    const auto hash = hash_cast<primitives::BlockHash>(wanted.hash);
    const auto found = std::ranges::find_if(chain_, [&](const auto& block) { return block->hash() == hash; });
    if (found == chain_.end()) return;
    switch (kind_) {
        case Kind::silent: break;
        case Kind::not_found: send(peer, wire::NotFound{{wanted}}); break;
        case Kind::damaged: {
            primitives::MutableTx coinbase = primitives::MutableTx::from((*found)->tx(0));
            coinbase.outputs[0].value = primitives::Amount(1);
            send(peer, wire::BlockMessage{primitives::Block::assemble((*found)->header(), std::array{coinbase})});
            break;
        }
        case Kind::another: send(peer, wire::BlockMessage{chain_[rng().below(chain_.size())]}); break;
        case Kind::late: {
            const auto delay = microseconds(rng().between(1'000'000, 60'000'000));
            later(delay, peer, [this, peer, block = *found] { send(peer, wire::BlockMessage{block}); });
            break;
        }
    }
}

// ---- blocks that break a rule ----

Forger::Forger(const Surroundings& world, Birth birth, Miner& miner, const std::vector<primitives::BlockPtr>& chain)
    : Adversary(world, std::move(birth)), tree_(world.params.genesis->header()), last_(&tree_.genesis()) {
    for (const auto& block : chain) {
        append(block);
    }
    const UnixTime after_tip = unix_time(last_->header().time);
    append(miner.forge(*last_, after_tip));
    forged_.insert(last_->hash());
    for (int i = 0; i < kChildren; ++i) {
        append(miner.mine(*last_, 255, after_tip));
        forged_.insert(last_->hash());
    }
}

void Forger::append(const primitives::BlockPtr& block) {
    chain_.push_back(block);
    last_ = &tree_.insert(block->header(), *last_);
}

void Forger::on_ready(PeerId peer) {
    wire::Headers headers;
    for (const auto& block : chain_) {
        headers.headers.push_back(block->header());
    }
    send(peer, headers);
}

void Forger::on_message(PeerId peer, const wire::Message& message) {
    if (std::holds_alternative<wire::GetHeaders>(message)) {
        on_ready(peer);
        return;
    }
    const auto* wanted = std::get_if<wire::GetData>(&message);
    if (wanted == nullptr) return;
    for (const wire::InvEntry& entry : wanted->entries) {
        const auto hash = hash_cast<primitives::BlockHash>(entry.hash);
        const auto found = std::ranges::find_if(chain_, [&](const auto& block) { return block->hash() == hash; });
        if (found != chain_.end()) send(peer, wire::BlockMessage{*found});
    }
}

// ---- noise ----

void Babbler::on_ready(PeerId peer) { babble(peer); }

void Babbler::on_message(PeerId peer, const wire::Message& message) {
    if (rng().chance(1, 4)) send(peer, message);  // said back
}

void Babbler::babble(PeerId peer) {
    if (rng().chance(1, 30)) {
        Bytes noise(rng().between(1, 2000));
        rng().fill(noise);
        send_raw(peer, std::move(noise));
    } else if (rng().chance(1, 10)) {
        const auto commands = wire::all_commands();
        Bytes payload(rng().below(200));
        rng().fill(payload);
        wire::V1Transport transport(world().params.magic);
        transport.send(wire::encode_raw(commands[rng().below(commands.size())], std::move(payload)));
        for (wire::Payload& piece : transport.take_output()) {
            world().links.send(peer, std::move(piece));
        }
    } else {
        send(peer, random_message());
    }
    later(microseconds(rng().between(1'000, 3'000'000)), peer, [this, peer] { babble(peer); });
}

wire::Message Babbler::random_message() {
    RawHash hash;
    rng().fill(hash.bytes);
    const auto block = hash_cast<primitives::BlockHash>(hash);
    const auto height = static_cast<std::uint32_t>(rng().below(1000));
    switch (rng().below(14)) {
        case 0: return wire::Verack{};
        case 1: return wire::Version{};
        case 2: return wire::GetHeaders{wire::kProtocolVersion, {block}, {}};
        case 3: return wire::GetBlocks{wire::kProtocolVersion, {}, block};
        case 4: return wire::Inv{{{wire::InvType::block, hash}, {wire::InvType::wtx, hash}}};
        case 5: return wire::GetData{{{wire::InvType::witness_block, hash}, {wire::InvType::tx, hash}}};
        case 6: return wire::NotFound{{{wire::InvType::block, hash}}};
        case 7: return wire::Headers{{child_of(world().params.genesis->header(), world().params, rng())}};
        case 8: return wire::SendCompact{true, rng().below(4)};
        case 9: return wire::GetBlockTxs{block, {0, 5}};
        case 10: return wire::Pong{rng().next()};
        case 11: return wire::SendHeaders{};
        case 12: return wire::GetFilters{0, height, block};
        default: return wire::Mempool{};
    }
}

}  // namespace keel::sim
