#include "engine/p2p/engine.hpp"

#include "base/assert.hpp"
#include "engine/p2p/announcements.hpp"
#include "engine/p2p/block_intake.hpp"
#include "engine/p2p/block_serving.hpp"
#include "engine/p2p/dialing.hpp"
#include "engine/p2p/handshake.hpp"
#include "engine/p2p/lagging_peers.hpp"
#include "engine/p2p/misbehaviour.hpp"
#include "engine/p2p/ping.hpp"
#include "engine/p2p/tx_intake.hpp"

namespace keel::p2p {

class Engine::Impl {
public:
    Impl(const Environment& environment, const Config& config);

    void handle(Event event, Now now, Actions& actions);
    [[nodiscard]] Deadline next_wakeup() const;
    [[nodiscard]] PeerStats stats_of(const Peer& peer, Now now) const;
    [[nodiscard]] SyncStats sync_stats() const;
    void check_invariants() const;

    [[nodiscard]] const PeerTable& peers() const { return peers_; }
    [[nodiscard]] const Dialing& dialing() const { return dialing_; }
    [[nodiscard]] const ChainState& chain() const { return chain_; }

private:
    void on(PeerConnected& event, Turn& turn);
    void on(TransportSettled& event, Turn& turn);
    void on(PeerClosed& event, Turn& turn);
    void on(MessageReceived& event, Turn& turn);
    void on(MessageRefused& event, Turn& turn);
    void on(BlockServed& event, Turn& turn);
    void on(DialFailed& event, Turn& turn);
    void on(BlockTaken& event, Turn& turn);
    void on(BlockVerdict& event, Turn& turn);
    void on(TipChanged& event, Turn& turn);
    void on(TxVerdict& event, Turn& turn) { tx_intake_.on_verdict(event, turn); }
    void on(PackageVerdict& event, Turn& turn) { tx_intake_.on_package_verdict(event, turn); }
    void on(PoolChanged& event, Turn& turn) { tx_intake_.on_pool(event, turn); }
    void on(SetImporting& event, Turn& turn);
    void on(Tick& event, Turn& turn);
    void on(AddNode& event, Turn& turn);
    void on(Disconnect& event, Turn& turn);
    void on(SetNetworkActive& event, Turn& turn);
    void on(PingAll& event, Turn& turn);

    // Messages of a peer whose handshake is done.
    void on(Peer& peer, wire::Headers& message, Turn& turn);
    void on(Peer& peer, wire::BlockMessage& message, Turn& turn);
    void on(Peer& peer, wire::Inv& message, Turn& turn);
    void on(Peer& peer, wire::GetHeaders& message, Turn& turn) { serving_.on_getheaders(peer, message, turn); }
    void on(Peer& peer, wire::GetBlocks& message, Turn& turn) { serving_.on_getblocks(peer, message, turn); }
    void on(Peer& peer, wire::GetData& message, Turn& turn);
    void on(Peer& peer, wire::TxMessage& message, Turn& turn) { tx_intake_.on_tx(peer, message.tx, turn); }
    void on(Peer& peer, wire::NotFound& message, Turn& turn) { tx_intake_.on_notfound(peer, message, turn); }
    void on(Peer& peer, wire::GetBlockTxs& message, Turn& turn) { serving_.on_getblocktxn(peer, message, turn); }
    void on(Peer& peer, wire::Ping& message, Turn& turn) { ping_.on_ping(peer, message, turn); }
    void on(Peer& peer, wire::Pong& message, Turn& turn) { ping_.on_pong(peer, message, turn); }
    void on(Peer& peer, wire::SendHeaders&, Turn&) { peer.wants_headers = true; }
    void on(Peer& peer, wire::FeeFilter& message, Turn& turn);
    // Bloom filters (BIP111), the mempool (BIP35) and block filters (BIP157) are not offered: asking is a violation.
    void on(Peer& peer, wire::FilterLoad&, Turn& turn) { refuse(peer, "filterload", turn); }
    void on(Peer& peer, wire::FilterAdd&, Turn& turn) { refuse(peer, "filteradd", turn); }
    void on(Peer& peer, wire::FilterClear&, Turn& turn) { refuse(peer, "filterclear", turn); }
    void on(Peer& peer, wire::Mempool&, Turn& turn) { refuse(peer, "mempool", turn); }
    void on(Peer& peer, wire::GetFilters&, Turn& turn) { refuse(peer, "getcfilters", turn); }
    void on(Peer& peer, wire::GetFilterHeaders&, Turn& turn) { refuse(peer, "getcfheaders", turn); }
    void on(Peer& peer, wire::GetFilterCheckpoints&, Turn& turn) { refuse(peer, "getcfcheckpt", turn); }
    // Everything else: addresses, compact blocks, and what nobody knows.
    template <class Ignored>
    void on(Peer&, Ignored&, Turn&) {}

    static void refuse(Peer& peer, std::string_view what, Turn& turn) {
        turn.close(peer, CloseReason::unsupported_request, what);
    }
    [[nodiscard]] std::optional<CloseReason> objection(const PeerConnected& event) const;
    void ready(Peer& peer, Turn& turn);
    void forget_closed(Turn& turn);
    void forget(const Peer& peer, Turn& turn);
    void go_on(Turn& turn, std::optional<PeerId> first = {});

    Logger& logger_;
    Config config_;
    Rng rng_;
    ChainState chain_;
    PeerTable peers_;
    KnownChains known_;
    Discouraged discouraged_;
    Dialing dialing_;
    Handshake handshake_;
    PingKeeper ping_;
    HeaderSync header_sync_;
    LaggingPeers lagging_;
    BlockDownload download_;
    BlockIntake intake_;
    BlockServing serving_;
    Announcements announcements_;
    TxRelay tx_relay_;
    TxIntake tx_intake_;
};

Engine::Impl::Impl(const Environment& environment, const Config& config)
    : logger_(environment.logger),
      config_(config),
      rng_(environment.seed),
      chain_(environment.params, environment.tree, environment.tip,
             {.minimum_work =
                  consensus::ChainWork(config.minimum_chain_work.value_or(environment.params.minimum_chain_work)),
              .max_tip_age = config.max_tip_age}),
      known_(chain_),
      dialing_(config.v2_transport ? wire::TransportKind::v2 : wire::TransportKind::v1),
      handshake_({config.services, config.user_agent, config.handshake_timeout}, chain_, rng_.fork()),
      ping_(rng_.fork()),
      header_sync_({chain_, peers_, known_}, config.presync, rng_.fork()),
      lagging_(chain_, known_, header_sync_),
      download_({chain_, peers_, known_}, config.validation_bytes),
      intake_({chain_, peers_, known_, download_}),
      serving_(config.services, chain_, known_),
      announcements_(chain_, known_),
      tx_relay_(chain_, environment.pool, rng_.fork()),
      tx_intake_({chain_, environment.pool, peers_, tx_relay_}, rng_.fork()) {}

void Engine::Impl::handle(Event event, Now now, Actions& actions) {
    chain_.update(now.unix);
    Turn turn(now, actions, logger_);
    std::visit([&](auto& e) { on(e, turn); }, event);
    forget_closed(turn);
}

Deadline Engine::Impl::next_wakeup() const {
    Deadline due = earlier(handshake_.next_due(), ping_.next_due());
    due = earlier(due, header_sync_.next_due());
    due = earlier(due, lagging_.next_due());
    due = earlier(due, download_.next_due());
    due = earlier(due, tx_relay_.next_due());
    due = earlier(due, tx_intake_.next_due());
    return earlier(due, dialing_.next_due());
}

// ---- from the network ----

void Engine::Impl::on(PeerConnected& event, Turn& turn) {
    if (peers_.find(event.peer) != nullptr) return;
    if (const auto reason = objection(event)) {
        if (event.dial) dialing_.failed(*event.dial, turn);
        turn.push(Close{event.peer, *reason});
        return;
    }
    Peer& peer = peers_.add(event, turn.now());
    dialing_.connected(peer);
    handshake_.connected(peer, turn);
}

std::optional<CloseReason> Engine::Impl::objection(const PeerConnected& event) const {
    if (!dialing_.is_active()) return CloseReason::network_inactive;
    if (event.kind != ConnectionKind::inbound) return std::nullopt;
    const std::size_t inbound = peers_.inbound_count();
    if (inbound >= config_.max_inbound) return CloseReason::no_slots;
    if (inbound + 1 >= config_.max_inbound && discouraged_.contains(event.remote.address)) {
        return CloseReason::discouraged;
    }
    return std::nullopt;
}

void Engine::Impl::on(PeerClosed& event, Turn& turn) {
    const Peer* peer = peers_.find(event.peer);
    if (peer == nullptr) return;
    if (event.retry_v1) dialing_.retry_v1(*peer, turn);
    forget(*peer, turn);
    go_on(turn);
}

void Engine::Impl::on(TransportSettled& event, Turn&) {
    Peer* peer = peers_.find(event.peer);
    if (peer == nullptr) return;
    peer->transport = event.transport;
    peer->session_id = event.session_id;
}

void Engine::Impl::on(MessageReceived& event, Turn& turn) {
    Peer* peer = peers_.find(event.peer);
    if (peer == nullptr) return;
    peer->last_receive = turn.now().unix;
    switch (handshake_.on_message(*peer, event.message, turn)) {
        case Handshake::Outcome::consumed: return;
        case Handshake::Outcome::completed: ready(*peer, turn); return;
        case Handshake::Outcome::pass:
            std::visit([&](auto& message) { on(*peer, message, turn); }, event.message);
            return;
    }
}

void Engine::Impl::on(MessageRefused& event, Turn& turn) {
    Peer* peer = peers_.find(event.peer);
    if (peer == nullptr) return;
    if (event.error.kind == wire::WireError::Kind::over_limit) turn.misbehaved(*peer, wire::to_string(event.error));
}

void Engine::Impl::on(BlockServed& event, Turn& turn) {
    if (Peer* peer = peers_.find(event.peer); peer != nullptr) serving_.served(*peer, event, turn);
}

void Engine::Impl::on(DialFailed& event, Turn& turn) {
    log(logger_, LogCategory::net, LogLevel::debug, "dial ", event.token, " failed: ", event.reason);
    dialing_.failed(event.token, turn);
}

void Engine::Impl::ready(Peer& peer, Turn& turn) {
    log(logger_, LogCategory::p2p, peer.inbound() ? LogLevel::debug : LogLevel::info, "new ", to_string(peer.kind),
        " peer ", peer.id, " at ", wire::to_string(peer.remote), ": version ", peer.version, ", ", peer.user_agent,
        ", height ", peer.start_height);
    ping_.ready(peer, turn);
    tx_relay_.ready(peer, turn);
    header_sync_.start(download_.idle(), turn);
}

// ---- messages ----

void Engine::Impl::on(Peer& peer, wire::Headers& message, Turn& turn) {
    if (header_sync_.on_headers(peer, message.headers, turn) == nullptr) {
        header_sync_.start(download_.idle(), turn);
        return;
    }
    announcements_.ask_for_headers(peer, turn);
    lagging_.check(peers_, turn);
    go_on(turn, peer.id);
}

void Engine::Impl::on(Peer& peer, wire::BlockMessage& message, Turn& turn) {
    intake_.on_block(peer, message.block, turn);
    download_.fetch(turn, peer.id);
}

void Engine::Impl::on(Peer& peer, wire::Inv& message, Turn& turn) {
    std::optional<BlockHash> unknown;
    bool any = false;
    for (const wire::InvEntry& entry : message.entries) {
        if (entry.type != wire::InvType::block) continue;
        any = true;
        const auto hash = hash_cast<BlockHash>(entry.hash);
        known_.announced(peer.id, hash);
        if (chain_.find(hash) == nullptr) unknown = hash;
    }
    // The last one is the highest; its headers bring the others.
    if (unknown) header_sync_.on_unknown_block(peer, *unknown, turn);
    if (any) download_.fetch(turn, peer.id);
    tx_intake_.on_inv(peer, message, turn);
}

void Engine::Impl::on(Peer& peer, wire::GetData& message, Turn& turn) {
    tx_relay_.on_getdata(peer, message, turn);
    serving_.on_getdata(peer, message, turn);
}

void Engine::Impl::on(Peer& peer, wire::FeeFilter& message, Turn&) {
    if (primitives::Amount(message.sat_per_kvb).is_valid()) peer.fee_filter = message.sat_per_kvb;
}

// ---- from validation ----

void Engine::Impl::on(BlockTaken& event, Turn& turn) {
    download_.taken(event.hash);
    const Node* node = chain_.find(event.hash);
    const bool refused = node != nullptr && !node->is(headers::Mark::has_data);
    if (refused || download_.waits_for_credit()) download_.fetch(turn);
}

void Engine::Impl::on(BlockVerdict& event, Turn& turn) {
    intake_.on_verdict(event, turn);
    if (event.outcome == BlockOutcome::rejected) download_.fetch(turn);
}

void Engine::Impl::on(TipChanged& event, Turn& turn) {
    KEEL_ASSERT(event.tip != nullptr && event.fork != nullptr);
    chain_.set_tip(*event.tip);
    chain_.update(turn.now().unix);
    download_.connected();
    tx_intake_.tip_changed();
    announcements_.tip_changed(peers_, *event.fork, *event.tip, turn);
    lagging_.check(peers_, turn);
    download_.fetch(turn);
}

void Engine::Impl::on(SetImporting& event, Turn& turn) {
    chain_.set_importing(event.importing);
    go_on(turn);
}

// ---- time ----

void Engine::Impl::on(Tick&, Turn& turn) {
    handshake_.tick(peers_, turn);
    ping_.tick(peers_, turn);
    tx_relay_.tick(peers_, turn);
    tx_intake_.tick(turn);
    header_sync_.tick(turn);
    lagging_.check(peers_, turn);
    download_.tick(turn);
    dialing_.tick(turn);
    go_on(turn);
}

// ---- from the user ----

void Engine::Impl::on(AddNode& event, Turn& turn) {
    const ControlFailure failure = dialing_.control(event, turn);
    turn.push(Answer{event.ticket, failure});
}

void Engine::Impl::on(Disconnect& event, Turn& turn) {
    Peer* peer = peers_.find(event.peer);
    if (peer != nullptr) turn.close(*peer, CloseReason::requested);
    turn.push(Answer{event.ticket, peer != nullptr ? ControlFailure::none : ControlFailure::no_such_peer});
}

void Engine::Impl::on(SetNetworkActive& event, Turn& turn) {
    dialing_.set_active(event.active, turn);
    if (!event.active) {
        for (auto& [id, peer] : peers_)
            turn.close(peer, CloseReason::network_inactive);
    }
    turn.push(Answer{event.ticket, ControlFailure::none});
}

void Engine::Impl::on(PingAll& event, Turn& turn) {
    ping_.ping_all(peers_, turn);
    turn.push(Answer{event.ticket, ControlFailure::none});
}

// ---- the end of a peer ----

void Engine::Impl::forget_closed(Turn& turn) {
    for (auto closed = turn.take_closed(); !closed.empty(); closed = turn.take_closed()) {
        for (const Turn::Closed& end : closed) {
            const Peer& peer = *peers_.find(end.peer);
            if (end.reason == CloseReason::misbehaved) discouraged_.add(peer.remote.address);
            forget(peer, turn);
        }
        go_on(turn);
    }
}

void Engine::Impl::forget(const Peer& peer, Turn& turn) {
    const PeerId id = peer.id;
    dialing_.closed(peer, turn);
    download_.forget(id);
    handshake_.forget(id);
    ping_.forget(id);
    header_sync_.forget(id);
    lagging_.forget(id);
    serving_.forget(id);
    announcements_.forget(id);
    tx_intake_.forget(id);
    tx_relay_.forget(id);
    known_.forget(id);
    peers_.remove(id);
}

void Engine::Impl::go_on(Turn& turn, std::optional<PeerId> first) {
    header_sync_.start(download_.idle(), turn);
    download_.fetch(turn, first);
}

// ---- seen from outside ----

PeerStats Engine::Impl::stats_of(const Peer& peer, Now now) const {
    PeerStats stats;
    stats.peer = peer.id;
    stats.kind = peer.kind;
    stats.remote = peer.remote;
    stats.local = peer.local;
    stats.local_as_seen = peer.local_as_seen;
    stats.transport = peer.transport;
    stats.session_id = peer.session_id;
    stats.handshake_done = peer.ready;
    stats.version = peer.version;
    stats.user_agent = peer.user_agent;
    stats.services = peer.services;
    stats.relays_txs = peer.relays_txs;
    stats.start_height = peer.start_height;
    stats.time_offset = peer.time_offset;
    stats.connected_at = peer.connected_at;
    stats.last_send = peer.last_send;
    stats.last_receive = peer.last_receive;
    stats.last_block = peer.last_block;
    stats.fee_filter = peer.fee_filter;
    stats.wants_headers = peer.wants_headers;
    stats.wants_addrv2 = peer.wants_addrv2;
    stats.wtxid_relay = peer.wtxid_relay;
    if (const auto height = header_sync_.presync_height(peer.id)) stats.presynced_headers = height->value();
    if (const Node* best = known_.peek_best(peer.id)) stats.synced_headers = best->height().value();
    ping_.fill(stats, now);
    download_.fill(stats);
    return stats;
}

SyncStats Engine::Impl::sync_stats() const {
    SyncStats stats{.initial_download = chain_.is_initial_download(),
                    .best_header = &chain_.best_header(),
                    .blocks_in_flight = download_.in_flight(),
                    .blocks_in_validation = download_.credit().held_count(),
                    .validation_bytes = download_.credit().held_bytes(),
                    .waiting_for_validation = download_.waits_for_credit(),
                    .peers = peers_.size(),
                    .inbound = peers_.inbound_count(),
                    .presync_peers = header_sync_.presync_count(),
                    .presync_memory = header_sync_.presync_memory()};
    for (const auto& [id, peer] : peers_) {
        const auto height = header_sync_.presync_height(id);
        if (height) stats.presync_height = std::max(stats.presync_height, height->value());
    }
    return stats;
}

void Engine::Impl::check_invariants() const {
    const std::size_t count = peers_.size();
    KEEL_ASSERT(handshake_.size() <= count && ping_.size() <= count && header_sync_.size() <= count);
    KEEL_ASSERT(lagging_.size() <= count && serving_.size() <= count && known_.size() <= count);
    KEEL_ASSERT(peers_.inbound_count() <= config_.max_inbound);
    KEEL_ASSERT(discouraged_.size() <= kDiscouragedMax);
    for (const auto& [id, peer] : peers_)
        KEEL_ASSERT(!peer.closing && peer.id == id);
    download_.check_invariants();
    tx_intake_.check_invariants();
    KEEL_ASSERT(tx_relay_.size() <= count);
    serving_.check_invariants();
}

// ---- the interface ----

Engine::Engine(const Environment& environment, const Config& config)
    : impl_(std::make_unique<Impl>(environment, config)) {}
Engine::~Engine() = default;

void Engine::handle(Event event, Now now, Actions& actions) { impl_->handle(std::move(event), now, actions); }
std::optional<SteadyTime> Engine::next_wakeup() const { return impl_->next_wakeup(); }
std::vector<AddedNode> Engine::added_nodes() const { return impl_->dialing().list(); }
SyncStats Engine::sync_stats() const { return impl_->sync_stats(); }
bool Engine::is_initial_download() const { return impl_->chain().is_initial_download(); }
bool Engine::is_network_active() const { return impl_->dialing().is_active(); }
void Engine::check_invariants() const { impl_->check_invariants(); }

std::vector<PeerStats> Engine::peer_stats(Now now) const {
    std::vector<PeerStats> out;
    for (const auto& [id, peer] : impl_->peers())
        out.push_back(impl_->stats_of(peer, now));
    return out;
}

}  // namespace keel::p2p
