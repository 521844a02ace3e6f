#include "edge/serve/http_server.hpp"

#include <arpa/inet.h>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <poll.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

#include <gtest/gtest.h>

#include "edge/serve/http_client.hpp"

namespace keel::serve {
namespace {

// A bare connection, so that tests can send what no client would.
class RawClient {
public:
    explicit RawClient(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        connected_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
    }
    RawClient(const RawClient&) = delete;
    RawClient& operator=(const RawClient&) = delete;
    ~RawClient() { ::close(fd_); }

    [[nodiscard]] bool connected() const { return connected_; }
    void send(std::string_view text) const {
        while (!text.empty()) {
            const ssize_t sent = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
            if (sent <= 0) {
                return;
            }
            text.remove_prefix(static_cast<std::size_t>(sent));
        }
    }
    // What arrives until `until` was seen, the server closes, or nothing came for so long.
    std::string receive(std::string_view until = "\x01never", int timeout_ms = 5'000) {
        std::string out;
        char buffer[4096];
        while (out.find(until) == std::string::npos) {
            pollfd waiting{fd_, POLLIN, 0};
            if (::poll(&waiting, 1, timeout_ms) != 1) {
                return out;
            }
            const ssize_t got = ::recv(fd_, buffer, sizeof(buffer), 0);
            if (got <= 0) {
                closed = true;
                return out;
            }
            out.append(buffer, static_cast<std::size_t>(got));
        }
        return out;
    }
    bool closed = false;

private:
    int fd_;
    bool connected_ = false;
};

std::string post(std::string_view body, std::string_view headers = "") {
    return "POST / HTTP/1.1\r\nHost: x\r\n" + std::string(headers) + "Content-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + std::string(body);
}

// A gate that handlers wait at.
class Gate {
public:
    void pass() {
        std::unique_lock lock(mutex_);
        ++waiting_;
        wake_.notify_all();
        wake_.wait(lock, [this] { return open_; });
    }
    void wait_for(int count) {
        std::unique_lock lock(mutex_);
        wake_.wait(lock, [&] { return waiting_ >= count; });
    }
    void open() {
        const std::lock_guard lock(mutex_);
        open_ = true;
        wake_.notify_all();
    }

private:
    std::mutex mutex_;
    std::condition_variable wake_;
    int waiting_ = 0;
    bool open_ = false;
};

class HttpServerTest : public ::testing::Test {
protected:
    void start(HttpOptions options, HttpHandler handler) {
        options.bind = {{"127.0.0.1", 0}};
        auto server = HttpServer::start(std::move(options), std::move(handler), logger_);
        ASSERT_TRUE(server.has_value()) << server.error();
        server_ = std::move(*server);
    }
    void start_echo(HttpOptions options = {}) {
        start(std::move(options), [](const HttpRequest& request) {
            return HttpReply{.content_type = "text/plain",
                             .body = request.method + " " + request.target + " " + request.authorization.value_or("-") +
                                     " " + request.body};
        });
    }
    [[nodiscard]] std::uint16_t port() const { return server_->listening().front().port; }

    NullLogger logger_;
    std::unique_ptr<HttpServer> server_;
};

TEST_F(HttpServerTest, HandsOverTheRequestAndReturnsTheReply) {
    start_echo();
    RawClient client(port());
    client.send("PUT /path?x=1 HTTP/1.1\r\nHost: x\r\nAuthorization: Basic abc\r\nContent-Length: 2\r\n\r\nhi");
    const std::string reply = client.receive("hi");
    EXPECT_TRUE(reply.starts_with("HTTP/1.1 200 OK\r\n")) << reply;
    EXPECT_NE(reply.find("Content-Type: text/plain\r\n"), std::string::npos);
    EXPECT_TRUE(reply.ends_with("\r\n\r\nPUT /path?x=1 Basic abc hi")) << reply;
}

TEST_F(HttpServerTest, KeepsConnectionsOpenAndAnswersInOrder) {
    start_echo();
    RawClient client(port());
    client.send(post("first"));
    EXPECT_NE(client.receive("first").find("200 OK"), std::string::npos);
    // Two at once: pipelined.
    client.send(post("second") + post("third", "Connection: close\r\n"));
    const std::string both = client.receive();
    EXPECT_LT(both.find("- second"), both.find("- third"));
    EXPECT_TRUE(client.closed);
}

TEST_F(HttpServerTest, TakesARequestInAnyPieces) {
    start_echo();
    RawClient client(port());
    for (const char c : post("slowly")) {
        client.send({&c, 1});
    }
    EXPECT_NE(client.receive("slowly").find("200 OK"), std::string::npos);
}

TEST_F(HttpServerTest, ChunkedBodiesAreJoined) {
    start_echo();
    RawClient client(port());
    client.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
    EXPECT_NE(client.receive("abcde").find("POST / - abcde"), std::string::npos);
}

TEST_F(HttpServerTest, LimitsHaveTheirOwnAnswers) {
    start_echo({.headers_max = 1'000, .body_max = 100});
    RawClient body(port());
    body.send(post(std::string(101, 'x')));
    EXPECT_TRUE(body.receive().starts_with("HTTP/1.1 413 ")) << "body";
    EXPECT_TRUE(body.closed);
    RawClient exact(port());
    exact.send(post(std::string(100, 'x')));
    EXPECT_TRUE(exact.receive("xxx").starts_with("HTTP/1.1 200 "));
    RawClient chunked(port());
    chunked.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n65\r\n" + std::string(101, 'x'));
    EXPECT_TRUE(chunked.receive().starts_with("HTTP/1.1 413 ")) << "chunked";
    RawClient lines(port());
    std::string many;
    for (int i = 0; i < 60; ++i) {
        many += "header-" + std::to_string(100 + i) + ": foo\r\n";
    }
    lines.send(post("", many));
    EXPECT_TRUE(lines.receive().starts_with("HTTP/1.1 400 ")) << "many headers";
    RawClient headers(port());
    headers.send(post("", "X: " + std::string(2'000, 'x') + "\r\n"));
    EXPECT_TRUE(headers.receive().starts_with("HTTP/1.1 400 ")) << "headers";
}

TEST_F(HttpServerTest, NonsenseIsABadRequest) {
    start_echo();
    for (const char* text :
         {"nonsense\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
          "\x16\x03\x01\x02\r\n\r\n", "GET  / HTTP/1.1\r\n\r\n"}) {
        RawClient client(port());
        client.send(text);
        EXPECT_TRUE(client.receive().starts_with("HTTP/1.1 400 ")) << text;
        EXPECT_TRUE(client.closed);
    }
}

TEST_F(HttpServerTest, SlowClientsAreDropped) {
    start_echo({.timeout = seconds(1)});
    RawClient client(port());
    client.send("POST / HTTP/1.1\r\nHost: x\r\n");
    EXPECT_EQ(client.receive(), "");
    EXPECT_TRUE(client.closed);
}

TEST_F(HttpServerTest, AFullQueueIsSaidSo) {
    Gate gate;
    start({.workers = 1, .queue_max = 1}, [&](const HttpRequest&) {
        gate.pass();
        return HttpReply{.body = "done"};
    });
    RawClient working(port());
    working.send(post(""));
    gate.wait_for(1);
    // One of these may wait and the other is refused; which is open.
    RawClient second(port());
    RawClient third(port());
    second.send(post(""));
    third.send(post(""));
    std::string refused;
    for (int i = 0; i < 100 && refused.empty(); ++i) {
        refused = (i % 2 == 0 ? second : third).receive("exceeded", 50);
    }
    EXPECT_TRUE(refused.starts_with("HTTP/1.1 503 ")) << refused;
    EXPECT_TRUE(refused.ends_with("Work queue depth exceeded"));
    gate.open();
    EXPECT_TRUE(working.receive("done").ends_with("done"));
}

TEST_F(HttpServerTest, OtherStatusesAndHeaders) {
    start({}, [](const HttpRequest& request) {
        return request.target == "/auth"
                   ? HttpReply{.status = 401, .ask_authentication = true, .delay = milliseconds(50)}
                   : HttpReply{.status = 204};
    });
    RawClient client(port());
    client.send("GET /auth HTTP/1.1\r\nHost: x\r\n\r\n");
    const std::string reply = client.receive("\r\n\r\n");
    EXPECT_TRUE(reply.starts_with("HTTP/1.1 401 ")) << reply;
    EXPECT_NE(reply.find("WWW-Authenticate: Basic realm=\"jsonrpc\"\r\n"), std::string::npos);
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_TRUE(client.receive("\r\n\r\n").starts_with("HTTP/1.1 204 "));
}

TEST_F(HttpServerTest, StopAnswersWhatIsBeingHandled) {
    Gate gate;
    start({}, [&](const HttpRequest&) {
        gate.pass();
        return HttpReply{.body = "the last word"};
    });
    RawClient idle(port());
    RawClient busy(port());
    busy.send(post(""));
    gate.wait_for(1);
    std::thread stopper([&] { server_->stop(); });
    EXPECT_EQ(idle.receive(), "");
    EXPECT_TRUE(idle.closed);
    gate.open();
    const std::string reply = busy.receive();
    EXPECT_TRUE(reply.ends_with("the last word")) << reply;
    EXPECT_NE(reply.find("Connection: close\r\n"), std::string::npos);
    stopper.join();
    EXPECT_FALSE(RawClient(port()).connected());
}

TEST_F(HttpServerTest, PortsInUseAndNamesCannotBeBound) {
    start_echo();
    for (const BindAddress& address : {BindAddress{"127.0.0.1", port()}, BindAddress{"localhost", 0}}) {
        HttpOptions options;
        options.bind = {address};
        const auto second = HttpServer::start(options, [](const HttpRequest&) { return HttpReply{}; }, logger_);
        ASSERT_FALSE(second.has_value());
        EXPECT_TRUE(second.error().starts_with("Unable to bind any endpoint for RPC server")) << second.error();
    }
}

TEST_F(HttpServerTest, ManyClientsAtOnce) {
    std::atomic<int> handled = 0;
    start({.workers = 4, .queue_max = 1'000}, [&](const HttpRequest& request) {
        ++handled;
        return HttpReply{.body = request.body};
    });
    std::vector<std::thread> clients;
    std::atomic<int> right = 0;
    for (int i = 0; i < 8; ++i) {
        clients.emplace_back([&, i] {
            for (int j = 0; j < 50; ++j) {
                const std::string body = std::to_string(i * 1'000 + j);
                const auto answer = http_post({.host = "127.0.0.1", .port = port(), .credentials = "", .body = body});
                right += answer && answer->body == body ? 1 : 0;
            }
        });
    }
    for (std::thread& client : clients) {
        client.join();
    }
    EXPECT_EQ(right, 400);
    EXPECT_EQ(handled, 400);
}

}  // namespace
}  // namespace keel::serve
