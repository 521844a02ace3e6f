// An HTTP/1.1 server: connections on one thread, handlers on a fixed number of worker threads.
//
// Requests of one connection are answered in order; the next one is read when the answer is written, so a client holds
// at most one request in memory. Keep-alive as in RFC 9112. What exceeds a limit is refused and the connection closed:
// 400 for headers and for what is not HTTP, 413 for a body, 503 when the work queue is full, 403 for clients that are
// not allowed. A client that sends or takes its bytes too slowly is dropped after `timeout`.
//
// Bounds: options. Memory: connections * (headers_max + body_max) at worst.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/logger.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

namespace keel::serve {

struct HttpRequest {
    std::string method;                        // "POST"
    std::string target;                        // "/wallet/x"
    std::optional<std::string> authorization;  // the header of that name
    std::string body;
    std::string peer;  // "127.0.0.1:50000"
};

struct HttpReply {
    int status = 200;
    std::string content_type{};   // empty: no such header
    std::string cache_control{};  // empty: no such header
    std::string body{};
    bool ask_authentication = false;  // adds WWW-Authenticate
    milliseconds delay{0};            // held back so long, without occupying a worker
};

// Called on any worker thread, several at once. Must return in the end: stop() waits for it.
using HttpHandler = std::function<HttpReply(const HttpRequest&)>;

struct BindAddress {
    std::string host;        // an address, no name
    std::uint16_t port = 0;  // 0: any free one
};

struct HttpOptions {
    std::vector<BindAddress> bind{};
    std::vector<std::string> allow{};  // besides loopback: "10.0.0.1", "10.0.0.0/8", "10.0.0.0/255.0.0.0", "fd00::/8"
    std::size_t workers = 16;
    std::size_t queue_max = 64;  // requests waiting for a worker
    std::size_t connections_max = 1'000;
    std::size_t headers_max = 8 * 1024;
    std::size_t body_max = 32 * 1024 * 1024;
    seconds timeout{30};
};

class HttpServer {
public:
    // Listening when this returns. An address that cannot be bound is skipped with a warning as long as another can;
    // the error is one sentence.
    [[nodiscard]] static Result<std::unique_ptr<HttpServer>, std::string> start(HttpOptions options,
                                                                                HttpHandler handler, Logger& logger);
    // Like stop().
    ~HttpServer();
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    // Where it listens, with the ports in use.
    [[nodiscard]] const std::vector<BindAddress>& listening() const;
    // Takes no new request, finishes and answers those that are being handled, closes everything. Not from a handler.
    void stop();

private:
    class Impl;
    explicit HttpServer(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace keel::serve
