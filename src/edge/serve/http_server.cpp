#include "edge/serve/http_server.hpp"

#include <array>
#include <future>
#include <set>
#include <thread>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include "edge/runtime/thread_name.hpp"
#include "edge/serve/subnets.hpp"
#include "edge/serve/work_queue.hpp"

namespace keel::serve {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using Tcp = asio::ip::tcp;
using ErrorCode = boost::system::error_code;

// How long a refused client is listened to, and how long at stop clients may take to fetch their last answer.
constexpr seconds kLingerTime{2};
constexpr seconds kStopTime{5};

constexpr int kBadRequest = 400;
constexpr int kContentTooLarge = 413;

AddressBytes bytes_of(const asio::ip::address& address) {
    const asio::ip::address_v6 v6 =
        address.is_v4() ? asio::ip::make_address_v6(asio::ip::v4_mapped, address.to_v4()) : address.to_v6();
    const auto raw = v6.to_bytes();
    AddressBytes out;
    std::ranges::transform(raw, out.begin(), [](unsigned char c) { return static_cast<std::byte>(c); });
    return out;
}

std::string text_of(const Tcp::endpoint& endpoint) {
    const std::string host = endpoint.address().to_string();
    return (endpoint.address().is_v6() ? "[" + host + "]" : host) + ":" + std::to_string(endpoint.port());
}

// What a refused request is answered with; nothing where the connection is simply gone.
std::optional<HttpReply> reply_to(const ErrorCode& error) {
    if (error == http::error::body_limit) {
        return HttpReply{.status = kContentTooLarge};
    }
    if (error.category() == http::make_error_code(http::error::bad_method).category() &&
        error != http::error::end_of_stream && error != http::error::partial_message) {
        return HttpReply{.status = kBadRequest};
    }
    return std::nullopt;
}

// Bytes that the request line and the headers took.
std::size_t header_bytes(const http::request<http::string_body>& message) {
    constexpr std::size_t kRequestLine = 13;  // two blanks, "HTTP/1.1", end of line; and the empty line's first byte
    std::size_t out = kRequestLine + message.method_string().size() + message.target().size();
    for (const auto& field : message) {
        out += field.name_string().size() + field.value().size() + 4;
    }
    return out;
}

}  // namespace

class HttpServer::Impl {
public:
    Impl(HttpOptions options, HttpHandler handler, Logger& logger)
        : options_(std::move(options)), handler_(std::move(handler)), logger_(logger) {}
    ~Impl() { stop(); }

    [[nodiscard]] Result<void, std::string> open();
    void run();
    void stop();
    [[nodiscard]] const std::vector<BindAddress>& listening() const { return listening_; }

private:
    class Session;

    [[nodiscard]] Result<void, std::string> listen(const BindAddress& address);
    void accept_next(Tcp::acceptor& acceptor);
    void admit(Tcp::socket socket);
    void begin_stop();

    const HttpOptions options_;
    const HttpHandler handler_;
    Logger& logger_;
    Subnets allowed_;
    asio::io_context io_{1};
    // Keeps the loop running while only handlers have work.
    std::optional<asio::executor_work_guard<asio::io_context::executor_type>> guard_{io_.get_executor()};
    asio::steady_timer stop_timer_{io_};
    std::vector<std::unique_ptr<Tcp::acceptor>> acceptors_;
    std::vector<BindAddress> listening_;
    std::set<std::shared_ptr<Session>> sessions_;  // by the connection thread
    bool stopping_ = false;                        // by the connection thread
    std::optional<WorkQueue> workers_;
    std::thread thread_;
};

// One connection. All functions run on the connection thread; only the handler runs elsewhere.
class HttpServer::Impl::Session : public std::enable_shared_from_this<Session> {
public:
    Session(Impl& owner, Tcp::socket socket, std::string peer)
        : owner_(owner), stream_(std::move(socket)), timer_(owner.io_), peer_(std::move(peer)) {}

    void read() {
        if (owner_.stopping_) {
            return close();
        }
        parser_.emplace();
        parser_->header_limit(static_cast<std::uint32_t>(owner_.options_.headers_max));
        parser_->body_limit(owner_.options_.body_max);
        phase_ = Phase::reading;
        stream_.expires_after(owner_.options_.timeout);
        http::async_read(stream_, buffer_, *parser_,
                         [self = shared_from_this()](ErrorCode error, std::size_t) { self->on_read(error); });
    }

    // At stop: a connection that waits for its client is closed, one that owes an answer gives it first.
    void finish() {
        if (phase_ == Phase::reading || phase_ == Phase::lingering) {
            close();
        }
    }
    // Later: a client that has not taken its answer by now has had its time.
    void finish_now() {
        if (phase_ != Phase::handling) {
            close();
        }
    }

    // Answers without reading anything, and closes.
    void refuse(HttpReply reply) {
        keep_alive_ = false;
        linger_ = true;
        write(std::move(reply));
    }

private:
    enum class Phase : std::uint8_t { reading, handling, writing, lingering };

    void on_read(const ErrorCode& error) {
        if (owner_.stopping_) {
            return close();
        }
        if (error) {
            if (auto reply = reply_to(error)) {
                return refuse(std::move(*reply));
            }
            return close();
        }
        // The parser's own limit counts less than everything.
        if (header_bytes(parser_->get()) > owner_.options_.headers_max) {
            return refuse({.status = kBadRequest});
        }
        phase_ = Phase::handling;
        keep_alive_ = parser_->get().keep_alive();
        stream_.expires_never();
        dispatch(take_request());
    }

    HttpRequest take_request() {
        http::request<http::string_body> message = parser_->release();
        HttpRequest out;
        out.method = std::string(message.method_string());
        out.target = std::string(message.target());
        if (const auto field = message.find(http::field::authorization); field != message.end()) {
            out.authorization = std::string(field->value());
        }
        out.body = std::move(message.body());
        out.peer = peer_;
        return out;
    }

    void dispatch(HttpRequest request) {
        auto shared = std::make_shared<HttpRequest>(std::move(request));
        const bool queued = owner_.workers_->try_submit([self = shared_from_this(), shared] {
            auto reply = std::make_shared<HttpReply>(self->owner_.handler_(*shared));
            asio::post(self->owner_.io_, [self, reply] { self->answer(std::move(*reply)); });
        });
        if (!queued) {
            log(owner_.logger_, LogCategory::http, LogLevel::warning,
                "Request rejected because http work queue depth exceeded, it can be increased with the -rpcworkqueue= "
                "setting");
            write({.status = 503, .body = "Work queue depth exceeded"});
        }
    }

    void answer(HttpReply reply) {
        if (reply.delay <= milliseconds(0)) {
            return write(std::move(reply));
        }
        timer_.expires_after(reply.delay);
        timer_.async_wait([self = shared_from_this(), reply = std::move(reply)](ErrorCode) { self->write(reply); });
    }

    void write(HttpReply reply) {
        keep_alive_ = keep_alive_ && !owner_.stopping_;
        response_ = {static_cast<http::status>(reply.status), 11};
        if (reply.status == kContentTooLarge) {
            response_.reason("Content too large");  // its name since RFC 9110; the library has the older one
        }
        if (!reply.content_type.empty()) {
            response_.set(http::field::content_type, reply.content_type);
        }
        if (!reply.cache_control.empty()) {
            response_.set(http::field::cache_control, reply.cache_control);
        }
        if (reply.ask_authentication) {
            response_.set(http::field::www_authenticate, "Basic realm=\"jsonrpc\"");
        }
        response_.body() = std::move(reply.body);
        response_.keep_alive(keep_alive_);
        response_.prepare_payload();
        phase_ = Phase::writing;
        stream_.expires_after(owner_.options_.timeout);
        http::async_write(stream_, response_, [self = shared_from_this()](ErrorCode error, std::size_t) {
            if (!error && self->linger_) {
                return self->linger();
            }
            if (error || !self->keep_alive_) {
                return self->close();
            }
            self->read();
        });
    }

    // Reads what the refused client still sends, for a short time: closing at once would reset the connection and the
    // client might never see the answer.
    void linger() {
        phase_ = Phase::lingering;
        ErrorCode ignored;
        stream_.socket().shutdown(Tcp::socket::shutdown_send, ignored);
        stream_.expires_after(kLingerTime);
        drain();
    }

    void drain() {
        stream_.async_read_some(asio::buffer(discarded_), [self = shared_from_this()](ErrorCode error, std::size_t) {
            if (error || self->owner_.stopping_) {
                return self->close();
            }
            self->drain();
        });
    }

    void close() {
        ErrorCode ignored;
        stream_.socket().shutdown(Tcp::socket::shutdown_both, ignored);
        stream_.socket().close(ignored);
        owner_.sessions_.erase(shared_from_this());
        if (owner_.stopping_ && owner_.sessions_.empty()) {
            owner_.stop_timer_.cancel();
        }
    }

    Impl& owner_;
    beast::tcp_stream stream_;
    asio::steady_timer timer_;
    const std::string peer_;
    beast::flat_buffer buffer_;
    std::optional<http::request_parser<http::string_body>> parser_;
    http::response<http::string_body> response_;
    std::array<char, 4096> discarded_;
    Phase phase_ = Phase::reading;
    bool keep_alive_ = true;
    bool linger_ = false;
};

Result<void, std::string> HttpServer::Impl::open() {
    for (const std::string& subnet : options_.allow) {
        if (!allowed_.allow(subnet)) {
            return std::unexpected("Invalid -rpcallowip subnet specification: " + subnet +
                                   ". Valid values are a single IP (e.g. 1.2.3.4), a network/netmask (e.g. "
                                   "1.2.3.4/255.255.255.0), a network/CIDR (e.g. 1.2.3.4/24), all ipv4 (0.0.0.0/0), or "
                                   "all ipv6 (::/0).");
        }
    }
    std::string failures;
    for (const BindAddress& address : options_.bind) {
        if (const auto opened = listen(address); !opened) {
            log(logger_, LogCategory::http, LogLevel::warning, opened.error());
            failures += (failures.empty() ? "" : "; ") + opened.error();
        }
    }
    if (acceptors_.empty()) {
        return std::unexpected("Unable to bind any endpoint for RPC server: " + failures);
    }
    return {};
}

Result<void, std::string> HttpServer::Impl::listen(const BindAddress& address) {
    const std::string where = address.host + " port " + std::to_string(address.port);
    ErrorCode error;
    const asio::ip::address host = asio::ip::make_address(address.host, error);
    if (error) {
        return std::unexpected("Binding RPC on address " + where + " failed: not a numeric address");
    }
    auto acceptor = std::make_unique<Tcp::acceptor>(io_);
    const Tcp::endpoint endpoint(host, address.port);
    acceptor->open(endpoint.protocol(), error);
    if (!error) {
        acceptor->set_option(Tcp::acceptor::reuse_address(true), error);
    }
    if (!error && host.is_v6()) {
        acceptor->set_option(asio::ip::v6_only(true), error);
    }
    if (!error) {
        acceptor->bind(endpoint, error);
    }
    if (!error) {
        acceptor->listen(asio::socket_base::max_listen_connections, error);
    }
    if (error) {
        return std::unexpected("Binding RPC on address " + where + " failed: " + error.message());
    }
    listening_.push_back({address.host, acceptor->local_endpoint(error).port()});
    acceptors_.push_back(std::move(acceptor));
    return {};
}

void HttpServer::Impl::run() {
    workers_.emplace(options_.workers, options_.queue_max, "rpc");
    for (const auto& acceptor : acceptors_) {
        accept_next(*acceptor);
    }
    thread_ = std::thread([this] {
        runtime::set_thread_name("serve");
        io_.run();
    });
}

void HttpServer::Impl::accept_next(Tcp::acceptor& acceptor) {
    acceptor.async_accept([this, &acceptor](ErrorCode error, Tcp::socket socket) {
        if (stopping_ || error == asio::error::operation_aborted) {
            return;
        }
        if (!error) {
            admit(std::move(socket));
        }
        accept_next(acceptor);
    });
}

void HttpServer::Impl::admit(Tcp::socket socket) {
    ErrorCode error;
    const Tcp::endpoint remote = socket.remote_endpoint(error);
    if (error || sessions_.size() >= options_.connections_max) {
        return;
    }
    socket.set_option(Tcp::no_delay(true), error);
    auto session = std::make_shared<Session>(*this, std::move(socket), text_of(remote));
    sessions_.insert(session);
    if (!allowed_.contains(bytes_of(remote.address()))) {
        log(logger_, LogCategory::http, LogLevel::debug, "HTTP request from ", text_of(remote),
            " rejected: Client network is not allowed RPC access");
        return session->refuse({.status = 403});
    }
    session->read();
}

void HttpServer::Impl::begin_stop() {
    stopping_ = true;
    for (const auto& acceptor : acceptors_) {
        ErrorCode ignored;
        acceptor->close(ignored);
    }
    // Copies: sessions take themselves out of the set.
    for (const auto& session : std::vector(sessions_.begin(), sessions_.end())) {
        session->finish();
    }
    if (sessions_.empty()) {
        return;
    }
    stop_timer_.expires_after(kStopTime);
    stop_timer_.async_wait([this](ErrorCode) {
        for (const auto& session : std::vector(sessions_.begin(), sessions_.end())) {
            session->finish_now();
        }
    });
}

void HttpServer::Impl::stop() {
    if (!thread_.joinable()) {
        return;
    }
    std::promise<void> begun;
    asio::post(io_, [&] {
        begin_stop();
        begun.set_value();
    });
    begun.get_future().wait();
    // From here on nothing is submitted. Handlers that still run post their answers; the loop ends when the last is
    // written.
    workers_.reset();
    guard_.reset();
    thread_.join();
}

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() = default;

Result<std::unique_ptr<HttpServer>, std::string> HttpServer::start(HttpOptions options, HttpHandler handler,
                                                                   Logger& logger) {
    auto impl = std::make_unique<Impl>(std::move(options), std::move(handler), logger);
    KEEL_CHECK(impl->open());
    impl->run();
    return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

const std::vector<BindAddress>& HttpServer::listening() const { return impl_->listening(); }

void HttpServer::stop() { impl_->stop(); }

}  // namespace keel::serve
