#include "edge/net/connection.hpp"

#include "edge/runtime/entropy.hpp"
#include "engine/wire/inbound_transport.hpp"

namespace keel::net {
namespace {

// Pieces of one gathered write: below the system's IOV_MAX and plenty to fill any socket buffer.
constexpr std::size_t kGatherMax = 64;
// Reads of one connection before the others get their turn.
constexpr int kReadsInARow = 8;
// Whoever speaks version 1 of the transport has seen by then that we do not.
constexpr std::uint64_t kEnoughForV1 = wire::kV1HeaderBytes;

void configure(Tcp::socket& socket, int buffer) {
    ErrorCode ignored;  // a socket without its options still works
    socket.non_blocking(true, ignored);
    socket.set_option(Tcp::no_delay(true), ignored);
    if (buffer == 0) return;
    socket.set_option(asio::socket_base::send_buffer_size(buffer), ignored);
    socket.set_option(asio::socket_base::receive_buffer_size(buffer), ignored);
}

std::unique_ptr<wire::Transport> make_transport(const Options& options, const std::optional<Dialed>& dialed) {
    const bool v2 = dialed ? dialed->transport == wire::TransportKind::v2 : options.v2_transport;
    if (!v2) return std::make_unique<wire::V1Transport>(options.magic);
    if (!dialed) return std::make_unique<wire::InboundTransport>(options.magic, runtime::random_seed());
    return std::make_unique<wire::V2Transport>(
        wire::V2Transport::Settings{.magic = options.magic, .initiating = true, .seed = runtime::random_seed()});
}

}  // namespace

Connection::Connection(Reactor& reactor, Parts parts)
    : reactor_(reactor),
      peer_(parts.peer),
      socket_(std::move(parts.socket)),
      dial_(parts.dial),
      slot_(std::move(parts.slot)),
      transport_(make_transport(reactor.shared().options, dial_)),
      close_timer_(reactor.io()) {
    const Options& options = reactor.shared().options;
    account_ = std::make_shared<Receipt::Account>(reactor.weak_from_this(), peer_, options.receive_budget);
}

bool Connection::start() {
    Shared& shared = reactor_.shared();
    configure(socket_, shared.options.socket_buffer);
    ErrorCode error;
    const Tcp::endpoint remote = socket_.remote_endpoint(error);
    if (error) return false;
    const Tcp::endpoint local = socket_.local_endpoint(error);
    if (error) return false;
    traffic_ = shared.traffic.open(peer_);
    log(shared.logger, LogCategory::net, LogLevel::debug, "connection ", peer_, dial_ ? " to " : " from ",
        wire::to_string(from_asio(remote)));
    settled_ = transport_->kind() != wire::TransportKind::detecting;
    if (dial_ && !settled_) {
        log(shared.logger, LogCategory::net, LogLevel::debug, "start sending v2 handshake to peer=", peer_);
    }
    const auto token = dial_ ? std::optional(dial_->token) : std::nullopt;
    shared.emit(Connected{peer_, from_asio(remote), from_asio(local), token, transport_->kind()});
    flush();
    read();
    return true;
}

bool Connection::may_read() const {
    return !ended_ && !closing_ && account_->open() && queued_bytes_ <= reactor_.shared().options.send_mark;
}

void Connection::read() {
    if (reading_ || !may_read()) return;
    reading_ = true;
    socket_.async_wait(Tcp::socket::wait_read, [self = shared_from_this()](ErrorCode error) {
        self->reading_ = false;
        self->on_readable(error);
    });
}

void Connection::on_readable(ErrorCode error) {
    if (ended_ || closing_) return;
    if (error) {
        end(error.message());
        return;
    }
    for (int i = 0; i < kReadsInARow && may_read(); ++i) {
        if (!read_some()) break;
    }
    read();
}

bool Connection::read_some() {
    const MutableByteSpan buffer = transport_->receive_buffer();
    ErrorCode error;
    const std::size_t bytes = socket_.read_some(asio::buffer(buffer.data(), buffer.size()), error);
    if (error) {
        transport_->received(0);
        if (error == asio::error::would_block || error == asio::error::try_again) return false;
        end(error == asio::error::eof ? "closed by the peer" : error.message(), true);
        return false;
    }
    traffic_->received_bytes(bytes);
    transport_->received(bytes);
    return deliver();
}

// What is complete in the transport goes out first: only then may it receive more.
bool Connection::deliver() {
    while (may_read()) {
        auto event = transport_->next();
        settle();
        if (!event) {
            end(transport_->failure_text());
            return false;
        }
        if (!*event) {
            flush();  // a transport may answer by itself
            return true;
        }
        deliver(**std::move(event));
    }
    return !ended_;
}

void Connection::deliver(wire::TransportEvent event) {
    if (auto* raw = std::get_if<wire::RawMessage>(&event)) {
        deliver(std::move(*raw));
        return;
    }
    const auto& discarded = std::get<wire::Discarded>(event);
    traffic_->received_message("", discarded.wire_bytes);
    log(reactor_.shared().logger, LogCategory::net, LogLevel::debug, discarded.text, ", peer=", peer_);
}

void Connection::deliver(wire::RawMessage raw) {
    Shared& shared = reactor_.shared();
    traffic_->received_message(raw.command.view(), raw.wire_bytes);
    log(shared.logger, LogCategory::net, LogLevel::debug, "received: ", raw.command.view(), " (", raw.payload.size(),
        " bytes) peer=", peer_);
    auto message = wire::decode(raw.command.view(), std::move(raw.payload));
    if (!message) {
        shared.emit(Refused{peer_, message.error()});
        return;
    }
    const std::size_t bytes = wire::memory_of(*message);
    account_->take(bytes);
    shared.emit(Received{peer_, *std::move(message), Receipt(account_, bytes)});
}

void Connection::settle() {
    if (!settled_ && transport_->kind() != wire::TransportKind::detecting) {
        settled_ = true;
        reactor_.shared().emit(TransportSettled{peer_, transport_->kind(), transport_->session_id()});
    }
    if (held_.empty() || !transport_->can_send()) return;
    for (const wire::Encoded& message : std::exchange(held_, {})) {
        hand_to_transport(message);
    }
}

void Connection::resume() {
    // A read under way means that nothing complete is left in the transport.
    if (reading_ || !may_read()) return;
    if (deliver()) read();
}

void Connection::send(const wire::Encoded& message) {
    if (ended_ || closing_) return;
    if (transport_->can_send()) {
        hand_to_transport(message);
    } else {
        held_.push_back(message);  // few: the peer has not said anything yet
    }
}

void Connection::hand_to_transport(const wire::Encoded& message) {
    if (ended_) return;
    transport_->send(message);
    std::size_t bytes = 0;
    for (wire::Payload& piece : transport_->take_output()) {
        bytes += piece.bytes.size();
        queue_.push_back(std::move(piece));
    }
    queued_bytes_ += bytes;
    traffic_->sent_message(message.command, bytes);
    log(reactor_.shared().logger, LogCategory::net, LogLevel::debug, "sending ", message.command, " (",
        message.payload.bytes.size(), " bytes) peer=", peer_);
    if (queued_bytes_ > reactor_.shared().options.send_limit) {
        end("does not read what it is sent");
        return;
    }
    reactor_.wants_flush(peer_);
}

void Connection::block_loaded(std::optional<Bytes> block) {
    if (ended_ || closing_) return;
    if (!block) {
        reactor_.shared().emit(BlockServed{peer_, false});
        return;
    }
    send(wire::encode_raw("block", *std::move(block)));
    if (ended_) return;
    ++served_;
    answer_served();
}

void Connection::answer_served() {
    if (queued_bytes_ > reactor_.shared().options.send_mark) return;
    for (; served_ > 0; --served_) {
        reactor_.shared().emit(BlockServed{peer_, true});
    }
}

void Connection::flush() {
    for (wire::Payload& piece : transport_->take_output()) {
        queued_bytes_ += piece.bytes.size();
        queue_.push_back(std::move(piece));
    }
    if (writing_ || ended_ || queue_.empty()) return;
    gathered_.clear();
    std::size_t offset = first_offset_;
    for (std::size_t i = 0; i < std::min(queue_.size(), kGatherMax); ++i) {
        const ByteSpan bytes = queue_[i].bytes.subspan(offset);
        gathered_.emplace_back(bytes.data(), bytes.size());
        offset = 0;
    }
    writing_ = true;
    socket_.async_write_some(gathered_, [self = shared_from_this()](ErrorCode error, std::size_t bytes) {
        self->writing_ = false;
        self->on_written(error, bytes);
    });
}

void Connection::drop_written(std::size_t bytes) {
    queued_bytes_ -= bytes;
    first_offset_ += bytes;
    while (!queue_.empty() && first_offset_ >= queue_.front().bytes.size()) {
        first_offset_ -= queue_.front().bytes.size();
        queue_.pop_front();
    }
}

void Connection::on_written(ErrorCode error, std::size_t bytes) {
    if (ended_) return;
    if (error) {
        end(closing_ ? close_reason_ : error.message(), !closing_);
        return;
    }
    traffic_->sent_bytes(bytes);
    drop_written(bytes);
    if (closing_ && queue_.empty()) {
        end(close_reason_);
        return;
    }
    answer_served();
    flush();
    resume();
}

void Connection::close_after_sending(const std::string& reason) {
    if (ended_ || closing_) return;
    closing_ = true;
    close_reason_ = reason;
    if (queue_.empty()) {
        end(reason);
        return;
    }
    flush();
    close_timer_.expires_after(reactor_.shared().options.close_timeout);
    close_timer_.async_wait([self = shared_from_this()](ErrorCode error) {
        if (!error) self->end(self->close_reason_);
    });
}

void Connection::end(const std::string& reason, bool by_peer) {
    if (ended_) return;
    const bool retry_v1 =
        by_peer && transport_->awaits_first_byte() && traffic_->read(peer_).bytes.sent >= kEnoughForV1;
    const auto self = shared_from_this();  // the reactor lets go of this object
    shut_down();
    reactor_.remove(peer_, reason, retry_v1);
}

void Connection::shut_down() {
    ended_ = true;
    close_timer_.cancel();
    ErrorCode ignored;
    socket_.shutdown(Tcp::socket::shutdown_both, ignored);
    socket_.close(ignored);
    slot_.reset();
    queue_.clear();
}

}  // namespace keel::net
