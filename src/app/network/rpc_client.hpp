// JSON-RPC to a node on this machine, authenticated by its cookie.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

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

// Every error below is one phrase about what went wrong: no connection, no answer in time, or the node's own message.
template <class T>
using RpcResult = Result<T, std::string>;

struct ChainAnswer {
    std::int64_t height = 0;
    std::int64_t headers = 0;
    std::string tip;
};
[[nodiscard]] RpcResult<ChainAnswer> ask_chain(const RpcTarget& target);
[[nodiscard]] RpcResult<std::int64_t> ask_peer_count(const RpcTarget& target);
[[nodiscard]] RpcResult<std::int64_t> ask_mempool_size(const RpcTarget& target);
// Dials "address:port", and again whenever the connection is lost.
[[nodiscard]] RpcResult<void> order_dial(const RpcTarget& target, const std::string& peer);
// One block whose reward goes to the address.
[[nodiscard]] RpcResult<void> order_block(const RpcTarget& target, const std::string& address);

}  // namespace keel::network
