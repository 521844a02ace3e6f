#include "edge/net/connection.hpp"

namespace keel::net {
namespace {

// Pieces of one gathered write: below the system's IOV_MAX and plenty to fill any socket buffer.
constexpr std::size_t kGatherMax = 64;

void configure(Tcp::socket& socket, int buffer) {
    ErrorCode ignored;  // a socket without its options still works
    socket.set_option(Tcp::no_delay(true), ignored);
    if (buffer == 0) return;
    socket.set_option(asio::socket_base::send_buffer_size(buffer), ignored);
    socket.set_option(asio::socket_base::receive_buffer_size(buffer), ignored);
}

}  // namespace

Connection::Connection(Reactor& reactor, Parts parts)
    : reactor_(reactor),
      peer_(parts.peer),
      socket_(std::move(parts.socket)),
      dial_(parts.dial),
      slot_(std::move(parts.slot)),
      transport_(std::make_unique<wire::V1Transport>(reactor.shared().options.magic)),
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
    shared.emit(Connected{peer_, from_asio(remote), from_asio(local), dial_, transport_->kind()});
    flush();
    read();
    return true;
}

bool Connection::may_read() const {
    return !ended_ && !closing_ && account_->open() && queued_bytes_ <= reactor_.shared().options.send_mark;
}

void Connection::read() {
    if (reading_ || !may_read()) return;
    const MutableByteSpan buffer = transport_->receive_buffer();
    reading_ = true;
    socket_.async_read_some(asio::buffer(buffer.data(), buffer.size()),
                            [self = shared_from_this()](ErrorCode error, std::size_t bytes) {
                                self->reading_ = false;
                                self->on_read(error, bytes);
                            });
}

void Connection::on_read(ErrorCode error, std::size_t bytes) {
    if (ended_ || closing_) return;
    if (error) {
        end(error == asio::error::eof ? "closed by the peer" : error.message());
        return;
    }
    traffic_->received_bytes(bytes);
    transport_->received(bytes);
    deliver();
}

// What is complete in the transport goes out first: only then may it receive more.
void Connection::deliver() {
    while (may_read()) {
        auto event = transport_->next();
        if (!event) {
            end(wire::describe(event.error()));
            return;
        }
        if (!*event) {
            flush();  // a transport may answer by itself
            read();
            return;
        }
        if (auto* raw = std::get_if<wire::RawMessage>(&**event)) {
            deliver(std::move(*raw));
        } else {
            const auto& discarded = std::get<wire::Discarded>(**event);
            traffic_->received_message("", discarded.wire_bytes);
            log(reactor_.shared().logger, LogCategory::net, LogLevel::debug, "connection ", peer_,
                discarded.why == wire::Discarded::Why::checksum ? ": wrong checksum" : ": not a command");
        }
    }
}

void Connection::deliver(wire::RawMessage raw) {
    Shared& shared = reactor_.shared();
    traffic_->received_message(raw.command.view(), raw.wire_bytes);
    auto message = wire::decode(raw.command.view(), std::move(raw.payload));
    if (!message) {
        shared.emit(Refused{peer_, message.error()});
        return;
    }
    const std::size_t bytes = wire::memory_of(*message);
    account_->take(bytes);
    shared.emit(Received{peer_, *std::move(message), Receipt(account_, bytes)});
}

void Connection::resume() {
    // A read under way means that nothing complete is left in the transport.
    if (!reading_ && may_read()) deliver();
}

void Connection::send(const wire::Encoded& message) {
    if (ended_ || closing_) return;
    transport_->send(message);
    std::size_t bytes = 0;
    for (wire::Payload& piece : transport_->take_output()) {
        bytes += piece.bytes.size();
        queue_.push_back(std::move(piece));
    }
    queued_bytes_ += bytes;
    traffic_->sent_message(message.command, bytes);
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
        end(closing_ ? close_reason_ : error.message());
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

void Connection::end(const std::string& reason) {
    if (ended_) return;
    const auto self = shared_from_this();  // the reactor lets go of this object
    shut_down();
    reactor_.remove(peer_, reason);
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
