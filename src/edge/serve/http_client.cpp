#include "edge/serve/http_client.hpp"

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <netdb.h>
#include <optional>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "front/rpc/base64.hpp"

namespace keel::serve {
namespace {

// A file descriptor that closes itself.
class Socket {
public:
    explicit Socket(int fd) : fd_(fd) {}
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    ~Socket() {
        if (fd_ >= 0) {
            ::close(fd_);
        }
    }
    [[nodiscard]] int fd() const { return fd_; }

private:
    int fd_;
};

using Step = Result<void, std::string>;

Step wait_for(int fd, short events, seconds timeout) {
    pollfd waiting{fd, events, 0};
    const int limit =
        timeout.count() == 0 ? -1 : static_cast<int>(std::min<std::int64_t>(timeout.count(), 2'000'000)) * 1000;
    for (;;) {
        const int ready = ::poll(&waiting, 1, limit);
        if (ready > 0) {
            return {};
        }
        if (ready == 0) {
            return std::unexpected("timeout reached");
        }
        if (errno != EINTR) {
            return std::unexpected(std::string(std::strerror(errno)));
        }
    }
}

Step connect_to(int fd, const addrinfo& address, seconds timeout) {
    if (::connect(fd, address.ai_addr, address.ai_addrlen) == 0) {
        return {};
    }
    if (errno != EINPROGRESS) {
        return std::unexpected(std::string(std::strerror(errno)));
    }
    if (auto waited = wait_for(fd, POLLOUT, timeout); !waited) {
        return waited;
    }
    int error = 0;
    socklen_t size = sizeof(error);
    ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
    return error == 0 ? Step() : std::unexpected(std::string(std::strerror(error)));
}

Result<std::unique_ptr<Socket>, std::string> open_connection(const HttpCall& call) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int error = ::getaddrinfo(call.host.c_str(), std::to_string(call.port).c_str(), &hints, &found);
    if (error != 0) {
        return std::unexpected(std::string(::gai_strerror(error)));
    }
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> addresses(found, &::freeaddrinfo);
    std::string failure = "no address";
    for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
        auto socket = std::make_unique<Socket>(
            ::socket(each->ai_family, each->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, each->ai_protocol));
        const Step connected = connect_to(socket->fd(), *each, call.timeout);
        if (connected) {
            return socket;
        }
        failure = connected.error();
    }
    return std::unexpected(failure);
}

Step send_all(int fd, std::string_view data, seconds timeout) {
    while (!data.empty()) {
        const ssize_t sent = ::send(fd, data.data(), data.size(), MSG_NOSIGNAL);
        if (sent > 0) {
            data.remove_prefix(static_cast<std::size_t>(sent));
        } else if (errno == EAGAIN || errno == EINTR) {
            KEEL_CHECK(wait_for(fd, POLLOUT, timeout));
        } else {
            return std::unexpected(std::string(std::strerror(errno)));
        }
    }
    return {};
}

// Reads on until the server closes or `enough` says so.
template <class Enough>
Step receive(int fd, seconds timeout, std::string& out, Enough&& enough) {
    std::array<char, 65'536> buffer;
    while (!enough(out)) {
        KEEL_CHECK(wait_for(fd, POLLIN, timeout));
        const ssize_t got = ::recv(fd, buffer.data(), buffer.size(), 0);
        if (got == 0) {
            return {};
        }
        if (got < 0 && errno != EAGAIN && errno != EINTR) {
            return std::unexpected(std::string(std::strerror(errno)));
        }
        out.append(buffer.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
        if (out.size() > kReplyMax) {
            return std::unexpected("the answer is too long");
        }
    }
    return {};
}

std::string request_text(const HttpCall& call) {
    return "POST " + call.target + " HTTP/1.1\r\nHost: " + call.host +
           "\r\nConnection: close\r\nAuthorization: Basic " + rpc::base64_encode(as_bytes(call.credentials)) +
           "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(call.body.size()) + "\r\n\r\n" +
           call.body;
}

constexpr std::string_view kHeaderEnd = "\r\n\r\n";

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// The number in the Content-Length header, if there is one.
std::optional<std::size_t> content_length(std::string_view headers) {
    constexpr std::string_view kName = "\r\ncontent-length:";
    std::string small(headers);
    for (char& c : small) {
        c = lower(c);
    }
    std::size_t at = small.find(kName);
    if (at == std::string::npos) {
        return std::nullopt;
    }
    at = std::min(small.find_first_not_of(' ', at + kName.size()), small.size());
    std::size_t length = 0;
    const auto parsed = std::from_chars(small.data() + at, small.data() + small.size(), length);
    return parsed.ec == std::errc() ? std::optional(length) : std::nullopt;
}

bool is_complete(std::string_view received) {
    const std::size_t end = received.find(kHeaderEnd);
    if (end == std::string_view::npos) {
        return false;
    }
    const auto length = content_length(received.substr(0, end));
    return length && received.size() - end - kHeaderEnd.size() >= *length;
}

Result<HttpAnswer, std::string> parse_answer(std::string_view received) {
    const std::size_t end = received.find(kHeaderEnd);
    HttpAnswer out;
    if (received.empty()) {
        return std::unexpected("EOF reached");
    }
    if (end == std::string_view::npos || !received.starts_with("HTTP/1.") || received.size() < 12 ||
        std::from_chars(received.data() + 9, received.data() + 12, out.status).ec != std::errc()) {
        return std::unexpected("the answer is not HTTP");
    }
    std::string_view body = received.substr(end + kHeaderEnd.size());
    if (const auto length = content_length(received.substr(0, end))) {
        if (body.size() < *length) {
            return std::unexpected("the answer ends early");
        }
        body = body.substr(0, *length);
    }
    out.body = body;
    return out;
}

Result<HttpAnswer, std::string> exchange(int fd, const HttpCall& call) {
    KEEL_CHECK(send_all(fd, request_text(call), call.timeout));
    std::string received;
    KEEL_CHECK(receive(fd, call.timeout, received, is_complete));
    return parse_answer(received);
}

}  // namespace

Result<HttpAnswer, HttpFailure> http_post(const HttpCall& call) {
    auto connection = open_connection(call);
    if (!connection) {
        return Failure<HttpFailure>({false, std::move(connection.error())});
    }
    auto answer = exchange((*connection)->fd(), call);
    if (!answer) {
        return Failure<HttpFailure>({true, std::move(answer.error())});
    }
    return std::move(*answer);
}

}  // namespace keel::serve
