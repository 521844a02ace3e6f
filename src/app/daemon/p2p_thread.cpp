#include "app/daemon/p2p_thread.hpp"

namespace keel::daemon {
namespace {

template <class... Cases>
struct Overloaded : Cases... {
    using Cases::operator()...;
};

// The block without witnesses (BIP144), from its full serialization.
std::optional<Bytes> stripped(Bytes raw) {
    const auto block = primitives::Block::parse(std::move(raw));
    if (!block) {
        return std::nullopt;
    }
    const primitives::Block& full = **block;
    Bytes bytes;
    bytes.reserve(full.stripped_size());
    primitives::Writer out(bytes);
    full.header().write(out);
    out.write_compact_size(full.tx_count());
    for (std::size_t i = 0; i < full.tx_count(); ++i) {
        for (const ByteSpan part : full.tx(i).stripped_parts()) {
            append(bytes, part);
        }
    }
    return bytes;
}

}  // namespace

P2pThread::P2pThread(p2p::Engine& engine, const runtime::Clock& clock, Switchboard& switchboard)
    : engine_(engine),
      clock_(clock),
      switchboard_(switchboard),
      actor_("p2p", {.handle = [this](Item item) { handle(std::move(item)); }, .rest = [this] { return rest(); }}) {}

void P2pThread::handle(Item item) {
    const RoleHolder role(p2p_role);
    if (const Query* query = std::get_if<Query>(&item)) {
        (*query)(engine_, clock_.now());
        return;
    }
    net::Event* reported = std::get_if<net::Event>(&item);
    tell(reported != nullptr ? translate(*reported) : std::get<p2p::Event>(std::move(item)));
}

void P2pThread::tell(p2p::Event event) {
    engine_.handle(std::move(event), clock_.now(), actions_);
    node::route(actions_, outbox_);
    switchboard_.deliver(outbox_);
}

p2p::Event P2pThread::translate(net::Event& event) {
    const auto kind_of = [&](const net::Connected& it) {
        if (!it.dial) {
            return p2p::ConnectionKind::inbound;
        }
        const auto found = dials_.extract(*it.dial);
        return found.empty() ? p2p::ConnectionKind::manual : found.mapped();
    };
    return std::visit(
        Overloaded{
            [&](net::Connected& it) -> p2p::Event {
                return p2p::PeerConnected{.peer = it.peer,
                                          .kind = kind_of(it),
                                          .remote = it.remote,
                                          .local = it.local,
                                          .dial = it.dial ? std::optional(p2p::DialToken(*it.dial)) : std::nullopt,
                                          .transport = it.transport};
            },
            [](net::TransportSettled& it) -> p2p::Event {
                return p2p::TransportSettled{it.peer, it.transport, it.session_id};
            },
            [](net::Received& it) -> p2p::Event { return p2p::MessageReceived{it.peer, std::move(it.message)}; },
            [](net::Refused& it) -> p2p::Event { return p2p::MessageRefused{it.peer, it.error}; },
            [](net::BlockServed& it) -> p2p::Event { return p2p::BlockServed{it.peer, it.sent}; },
            [](net::Closed& it) -> p2p::Event { return p2p::PeerClosed{it.peer, it.retry_v1}; },
            [&](net::DialFailed& it) -> p2p::Event {
                dials_.erase(it.token);
                return p2p::DialFailed{p2p::DialToken(it.token), std::move(it.reason)};
            },
        },
        event);
}

std::optional<runtime::Deadline> P2pThread::rest() {
    const RoleHolder role(p2p_role);
    const auto due = engine_.next_wakeup();
    if (!due) {
        return std::nullopt;
    }
    if (*due <= clock_.now().steady) {
        tell(p2p::Tick{});
        const auto next = engine_.next_wakeup();
        return next ? std::optional(clock_.deadline(*next)) : std::nullopt;
    }
    return clock_.deadline(*due);
}

void NetCarrier::carry(node::NetAction action) {
    std::visit(Overloaded{
                   [&](p2p::Send& it) { network_.send(it.peer, std::move(it.message)); },
                   [&](p2p::ServeBlock& it) { serve(it); },
                   [&](p2p::Close& it) { network_.close(it.peer); },
                   [&](p2p::Dial& it) {
                       p2p_->expect(it.token, it.kind);
                       network_.dial(it.token.value(), std::move(it.target), it.transport);
                   },
               },
               action);
}

void NetCarrier::serve(const p2p::ServeBlock& request) {
    network_.serve_block(request.peer, [reader = reader_, node = request.node, form = request.form] {
        const headers::Place place = node->data_place();
        auto raw = reader->read_block({place.file, place.offset});
        std::optional<Bytes> out;
        if (node->is(headers::Mark::has_data) && raw) {
            out = form == p2p::ServeBlock::Form::with_witness ? std::move(*raw) : stripped(std::move(*raw));
        }
        return out;
    });
}

}  // namespace keel::daemon
