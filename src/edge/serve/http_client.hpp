// One HTTP request, and the wait for its answer: what `keel rpc` needs of HTTP.
//
// Blocking; any thread. Bounds: an answer of at most kReplyMax bytes.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.hpp"
#include "base/time.hpp"

namespace keel::serve {

inline constexpr std::size_t kReplyMax = std::size_t{1} << 30U;

struct HttpCall {
    std::string host;  // a name or an address
    std::uint16_t port = 0;
    std::string target = "/";
    std::string credentials;  // "user:password"
    std::string body;
    seconds timeout{900};  // for each wait; 0: without limit
};

struct HttpAnswer {
    int status = 0;
    std::string body;
};

struct HttpFailure {
    bool connected = false;  // whether there was a server at all
    std::string text;
};

[[nodiscard]] Result<HttpAnswer, HttpFailure> http_post(const HttpCall& call);

}  // namespace keel::serve
