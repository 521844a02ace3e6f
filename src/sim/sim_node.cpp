#include "sim/sim_node.hpp"

#include "base/assert.hpp"
#include "engine/headers/accept_header.hpp"

namespace keel::sim {
namespace {

// Calendar time at the beginning of every world.
constexpr std::int64_t kEpoch = 1'700'000'000;
constexpr std::int64_t kSkewMax = 30;  // seconds a node's clock may be wrong
constexpr std::uint64_t kTurnMax = 6;  // items taken from an inbox in one turn
constexpr seconds kIdle{30};           // between looks at a validation engine with nothing to do

std::size_t index_of(auto lane) { return static_cast<std::size_t>(lane); }

p2p::Config config_of(const SimNode::Settings& settings) {
    p2p::Config config;
    config.minimum_chain_work = settings.minimum_chain_work;
    return config;
}

}  // namespace

Bytes stripped(const primitives::Block& block) {
    Bytes out;
    out.reserve(block.stripped_size());
    wire::Writer writer(out);
    block.header().write(writer);
    writer.write_compact_size(block.tx_count());
    for (std::size_t i = 0; i < block.tx_count(); ++i) {
        for (const ByteSpan part : block.tx(i).stripped_parts()) {
            writer.write_bytes(part);
        }
    }
    return out;
}

SimNode::SimNode(const Surroundings& world, Identity identity, Settings settings, Rng rng)
    : world_(world),
      identity_(std::move(identity)),
      settings_(std::move(settings)),
      rng_(std::move(rng)),
      clock_skew_(static_cast<std::int64_t>(rng_.between(0, 2 * kSkewMax)) - kSkewMax),
      index_(store::header_families().size()),
      coin_store_(store::coin_families().size()),
      block_file_max_(world.buggify.awake("small block files") ? 4'000 : store::kBlockFileMax),
      verify_(rng_.fork()),
      flush_(rng_.fork()) {}

SimNode::~SimNode() {
    verify_.clear();
    flush_.clear();
}

Now SimNode::now() const {
    const SteadyTime steady = world_.scheduler.now();
    const auto calendar = std::chrono::floor<seconds>(steady.time_since_epoch()) + clock_skew_;
    return {steady, unix_time(kEpoch) + calendar};
}

void SimNode::note(std::string_view what, ByteSpan data) {
    world_.trace.note(world_.scheduler.now(), identity_.name, what, data);
}

void SimNode::start() {
    KEEL_ASSERT(!is_up());
    ++life_;
    validation::Options options;
    options.block_files = {
        .dir = "blocks", .magic = world_.params.magic, .file_max = block_file_max_, .preallocate = false};
    options.cache.budget = chain::kMinBudget;
    if (world_.buggify.awake("frequent flushes")) options.flush_interval = seconds(10);
    Rng::Seed seed;
    rng_.fill(seed);
    auto opened = node::Node::open({.params = world_.params,
                                    .files = files_,
                                    .index = index_,
                                    .coins = coin_store_,
                                    .verify = verify_,
                                    .flush = flush_,
                                    .stages = stages_,
                                    .logger = world_.logger,
                                    .seed = seed},
                                   options, config_of(settings_), now());
    if (!opened) {
        world_.fail(identity_.name + " cannot start: " + opened.error());
        return;
    }
    node_ = *std::move(opened);
    reader_.emplace(node_->make_reader());
    note("start", tip().hash().span());
    if (node_->recovered_blocks() > 0) world_.probes.hit("blocks recovered");
    if (tip().chain_work() < best_work_) world_.probes.hit("tip went back");
    best_work_ = tip().chain_work();
    world_.links.add_host(identity_.address, *this);
    for (const wire::Endpoint& neighbour : identity_.neighbours) {
        tell(p2p::AddNode{wire::to_string(neighbour), p2p::AddNode::Mode::add, 0});
    }
    arm_soon(Lane::p2p);
    arm_soon(Lane::validation);
}

void SimNode::crash() {
    if (!is_up()) return;
    note("crash", tip().hash().span());
    world_.probes.hit("crash");
    ++life_;
    world_.links.remove_host(identity_.address);
    verify_.clear();
    flush_.clear();
    p2p_inbox_.clear();
    validation_inbox_.clear();
    transports_.clear();
    dials_.clear();
    armed_ = {};
    reader_.reset();
    node_.reset();
    files_.crash(rng_);
    index_.crash(rng_);
    coin_store_.crash(rng_);
}

void SimNode::add_neighbour(const wire::Endpoint& address) {
    identity_.neighbours.push_back(address);
    if (is_up()) tell(p2p::AddNode{wire::to_string(address), p2p::AddNode::Mode::add, 0});
}

void SimNode::submit(const primitives::BlockPtr& block) {
    if (!is_up()) return;
    const auto accepted = headers::accept_header(node_->tree(), block->header(), world_.params, now().unix);
    auto checked = consensus::check_block(block, world_.params);
    if (!accepted || !checked) {
        world_.fail(identity_.name + " refuses a block of its own");
        return;
    }
    note("mined", block->hash().span());
    tell(validation::SubmitBlock{*std::move(checked), accepted->node, {validation::Source::Kind::api, 1}, true, {}});
}

void SimNode::request_coins() {
    coins_.reset();
    if (is_up()) tell(validation::SnapshotCoins{1});
}

// ---- lanes ----

// How long it takes until a thread gets to what is waiting for it.
microseconds SimNode::pause(Lane lane) {
    if (world_.buggify.maybe("slow thread", 400)) {
        world_.probes.hit("slow thread");
        return microseconds(rng_.between(500'000, 4'000'000));
    }
    const std::uint64_t typical = lane == Lane::flush ? 20'000 : 300;
    return microseconds(rng_.between(1, 2 * typical));
}

void SimNode::arm_soon(Lane lane) { arm(lane, world_.scheduler.now() + pause(lane)); }

void SimNode::arm(Lane lane, SteadyTime when) {
    auto& armed = armed_[index_of(lane)];
    if (armed && *armed <= when) return;
    armed = when;
    world_.scheduler.at(when, [this, lane, when, life = life_] {
        auto& due = armed_[index_of(lane)];
        if (life != life_ || due != when) return;
        due.reset();
        run(lane);
    });
}

void SimNode::run(Lane lane) {
    switch (lane) {
        case Lane::p2p: run_p2p(); break;
        case Lane::validation: run_validation(); break;
        case Lane::workers:
            verify_.run_one();
            if (!verify_.empty()) arm_soon(Lane::workers);
            arm_soon(Lane::validation);
            break;
        case Lane::flush:
            flush_.help();
            if (!flush_.empty()) arm_soon(Lane::flush);
            arm_soon(Lane::validation);
            break;
    }
}

void SimNode::tell(p2p::Event event) {
    p2p_inbox_.push_back(std::move(event));
    arm_soon(Lane::p2p);
}

void SimNode::tell(validation::Command command) {
    validation_inbox_.push_back(std::move(command));
    arm_soon(Lane::validation);
}

void SimNode::run_p2p() {
    const RoleHolder role(p2p_role);
    p2p::Engine& engine = node_->p2p();
    p2p::Actions actions;
    for (std::uint64_t left = rng_.between(1, kTurnMax); left > 0 && !p2p_inbox_.empty(); --left) {
        p2p::Event event = std::move(p2p_inbox_.front());
        p2p_inbox_.pop_front();
        engine.handle(std::move(event), now(), actions);
    }
    if (const auto due = engine.next_wakeup(); due && *due <= now().steady) engine.handle(p2p::Tick{}, now(), actions);
    node::Outbox out;
    node::route(actions, out);
    dispatch(out);
    if (!p2p_inbox_.empty()) arm_soon(Lane::p2p);
    if (const auto due = engine.next_wakeup()) arm(Lane::p2p, std::max(*due, now().steady + microseconds(1)));
    if (engine.sync_stats().presync_height >= 0) world_.probes.hit("headers presynced");
}

void SimNode::run_validation() {
    const RoleHolder role(validation_role);
    validation::Engine& engine = node_->validation();
    for (std::uint64_t left = rng_.between(1, kTurnMax); left > 0 && !validation_inbox_.empty(); --left) {
        engine.submit(std::move(validation_inbox_.front()));
        validation_inbox_.pop_front();
    }
    std::vector<validation::Action> actions;
    const validation::Progress progress = engine.step(now(), actions);
    node::Outbox out;
    node::route(actions, out);
    dispatch(out);
    if (!verify_.empty()) arm_soon(Lane::workers);
    if (!flush_.empty()) arm_soon(Lane::flush);
    if (progress == validation::Progress::worked || !validation_inbox_.empty()) {
        arm_soon(Lane::validation);
    } else if (progress == validation::Progress::idle) {
        arm(Lane::validation, now().steady + kIdle);
    }
}

// ---- what engines want ----

void SimNode::dispatch(node::Outbox& out) {
    for (auto& command : out.to_validation) {
        tell(std::move(command));
    }
    for (auto& event : out.to_p2p) {
        if (const auto* verdict = std::get_if<p2p::BlockVerdict>(&event); verdict != nullptr && verdict->reject) {
            world_.probes.hit("block rejected");
            note("rejected", verdict->hash.span());
        }
        tell(std::move(event));
    }
    for (auto& action : out.to_net) {
        dispatch(action);
    }
    for (const auto& change : out.tips) {
        on_tip(change);
    }
    for (auto& answer : out.answers) {
        on_answer(answer);
    }
    for (const auto& fatal : out.fatal) {
        world_.fail(identity_.name + " broke: " + fatal.message);
    }
}

void SimNode::dispatch(node::NetAction& action) {
    std::visit([this](auto& it) { on_action(it); }, action);
}

void SimNode::transmit(PeerId peer, const wire::Encoded& message) {
    const auto found = transports_.find(peer);
    if (found == transports_.end()) return;
    found->second->send(message);
    for (wire::Payload& piece : found->second->take_output()) {
        world_.links.send(peer, std::move(piece));
    }
}

void SimNode::on_action(p2p::Send& send) { transmit(send.peer, wire::encode(send.message)); }

void SimNode::on_action(p2p::ServeBlock& serve_block) {
    const microseconds disk(rng_.between(50, 20'000));
    world_.scheduler.after(disk, [this, serve_block, life = life_] {
        if (life == life_) serve(serve_block);
    });
}

void SimNode::serve(const p2p::ServeBlock& serve_block) {
    const headers::Place place = serve_block.node->data_place();
    auto raw = reader_->read_block({place.file, place.offset});
    if (raw && serve_block.form == p2p::ServeBlock::Form::stripped) {
        const auto block = primitives::Block::parse(*std::move(raw));
        raw = stripped(**block);
    }
    const bool sent = raw.has_value();
    if (sent) transmit(serve_block.peer, wire::encode_raw("block", *std::move(raw)));
    if (transports_.contains(serve_block.peer)) tell(p2p::BlockServed{serve_block.peer, sent});
}

void SimNode::on_action(p2p::Close& close) {
    note("closes", as_bytes(p2p::to_string(close.reason)));
    world_.probes.hit("peer dropped");
    if (close.reason == p2p::CloseReason::misbehaved) world_.probes.hit("misbehaviour");
    if (close.reason == p2p::CloseReason::block_stalling || close.reason == p2p::CloseReason::block_timeout) {
        world_.probes.hit("stalling peer");
    }
    if (transports_.erase(close.peer) > 0) world_.links.close(close.peer);
}

void SimNode::on_action(p2p::Dial& dial) {
    const auto target = wire::parse_endpoint(dial.target, identity_.address.port);
    if (!target) {
        tell(p2p::DialFailed{dial.token, "no such host"});
        return;
    }
    dials_[dial.token.value()] = dial.kind;
    world_.links.connect(identity_.address, *target, dial.token.value());
}

void SimNode::on_tip(const validation::TipChanged& change) {
    note("tip", change.tip->hash().span());
    const auto taken_off = change.previous->height() - change.fork->height();
    if (taken_off > 0) world_.probes.hit("reorg");
    if (taken_off > 5) world_.probes.hit("deep reorg");
    if (change.tip->chain_work() < best_work_) world_.fail(identity_.name + " went to a chain with less work");
    best_work_ = change.tip->chain_work();
}

void SimNode::on_answer(validation::Answer& answer) {
    if (!answer.snapshot) return;
    crypto::Sha256 hasher;
    const auto iterator = answer.snapshot->coins->iterate(store::kCoinFamily);
    for (iterator->seek({}); iterator->valid(); iterator->next()) {
        hasher.write(iterator->key()).write(iterator->value());
    }
    coins_ = hasher.finish();
    note("coins", coins_->span());
}

// ---- from the network ----

void SimNode::on_open(PeerId peer, const wire::Endpoint& remote, std::optional<std::uint64_t> dial) {
    p2p::PeerConnected event;
    event.peer = peer;
    event.remote = remote;
    event.local = identity_.address;
    if (dial) {
        event.kind = dials_.extract(*dial).mapped();
        event.dial = p2p::DialToken(*dial);
    }
    transports_.emplace(peer, std::make_unique<wire::V1Transport>(world_.params.magic));
    tell(std::move(event));
}

void SimNode::on_bytes(PeerId peer, ByteSpan bytes) {
    const auto found = transports_.find(peer);
    if (found == transports_.end()) return;
    std::vector<wire::TransportEvent> events;
    const auto error = wire::receive_all(*found->second, bytes, events);
    for (wire::TransportEvent& event : events) {
        auto* raw = std::get_if<wire::RawMessage>(&event);
        if (raw == nullptr) continue;
        note(raw->command.view(), crypto::sha256(raw->payload).span());
        auto message = wire::decode(raw->command.view(), std::move(raw->payload));
        if (message) {
            tell(p2p::MessageReceived{peer, *std::move(message)});
        } else {
            world_.probes.hit("message refused");
            tell(p2p::MessageRefused{peer, message.error()});
        }
    }
    if (!error) return;
    transports_.erase(found);
    world_.links.close(peer);
    tell(p2p::PeerClosed{peer});
}

void SimNode::on_close(PeerId peer) {
    if (transports_.erase(peer) > 0) tell(p2p::PeerClosed{peer});
}

void SimNode::on_dial_failed(std::uint64_t token, std::string_view reason) {
    if (dials_.erase(token) > 0) tell(p2p::DialFailed{p2p::DialToken(token), std::string(reason)});
}

}  // namespace keel::sim
