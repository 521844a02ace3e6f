// JSON-RPC to a node on this machine, authenticated by its cookie.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include <boost/json/fwd.hpp>

#include "base/result.hpp"

namespace keel::network {

struct Credentials {
    std::string user;
    std::string password;
};
// Nothing while the node has not written its cookie.
std::optional<Credentials> read_cookie(const std::filesystem::path& file);

struct RpcTarget {
    std::uint16_t port = 0;
    Credentials credentials;
};

inline constexpr std::chrono::seconds kRpcTimeout{5};

// The result, or one phrase about what went wrong: no connection, no answer in time, or the node's own error message.
[[nodiscard]] Result<boost::json::value, std::string> call(const RpcTarget& target, std::string_view method,
                                                           boost::json::array params);

}  // namespace keel::network
