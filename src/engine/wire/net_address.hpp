// Network addresses of peers: IPv4, IPv6, Tor v3, I2P and CJDNS, in the forms of BIP155 (addrv2), of the older 16-byte
// field, and of text.
//
// A NetAddress is a plain value of 33 bytes. Decoders give nothing, and not an error, for an address of a network we do
// not know or no longer support (Tor v2), as BIP155 "Client behaviour" asks: others may know it.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "rules/primitives/codec.hpp"

namespace keel::wire {

using primitives::Reader;
using primitives::Writer;

// Network ids of BIP155. internal never travels in addrv2 under an id of its own: it is a name we gave to a source of
// addresses (a DNS seed), in the form of an IPv6 address below fd6b:88c0:8724::/48.
enum class Net : std::uint8_t { internal = 0, ipv4 = 1, ipv6 = 2, torv3 = 4, i2p = 5, cjdns = 6 };

// "ipv4", "ipv6", "onion", "i2p", "cjdns", "internal", as RPC and -onlynet name them.
std::string_view net_name(Net net);
std::optional<Net> net_from_name(std::string_view name);
// Bytes of an address: 10, 4, 16, 32, 32, 16.
std::size_t net_length(Net net);

class NetAddress {
public:
    // The unspecified IPv6 address `::`, which is_valid() refuses.
    NetAddress() = default;
    // `bytes` must have net_length(net) bytes.
    NetAddress(Net net, ByteSpan bytes);
    static NetAddress ipv4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d);
    // A name of our own for a source of addresses; made from the first 10 bytes of SHA-256(name).
    static NetAddress internal(std::string_view name);

    [[nodiscard]] Net net() const { return net_; }
    [[nodiscard]] ByteSpan bytes() const { return ByteSpan(bytes_).first(net_length(net_)); }

    // Neither unspecified, nor for documentation, nor internal, nor broadcast.
    [[nodiscard]] bool is_valid() const;
    // 127.0.0.0/8, 0.0.0.0/8 and ::1.
    [[nodiscard]] bool is_local() const;
    // Can be reached over the public network: worth relaying and remembering.
    [[nodiscard]] bool is_routable() const;
    // RFC 1918, 3927, 4193, 4862, 6598: one's own network.
    [[nodiscard]] bool is_private() const;
    // The IPv4 address behind a routable IPv4 or IPv6 transition address (RFC 3964, 4380, 6052, 6145).
    [[nodiscard]] std::optional<std::uint32_t> linked_ipv4() const;
    // fc00::/8 as IPv6 becomes CJDNS; everything else stays. For text and sockets, where the two look the same.
    [[nodiscard]] NetAddress as_cjdns() const;

    auto operator<=>(const NetAddress&) const = default;

private:
    Net net_ = Net::ipv6;
    std::array<std::byte, 32> bytes_{};  // behind the length of the network: zero
};

// Addresses that one party can probably obtain many of: /16 of IPv4, /32 of IPv6 (/36 of Hurricane Electric's tunnels),
// 4 bits of key networks. First byte: the network class. All unroutable addresses, local ones included, are one group.
struct NetGroup {
    std::array<std::byte, 11> bytes{};
    std::uint8_t size = 0;

    [[nodiscard]] ByteSpan span() const { return ByteSpan(bytes).first(size); }
    auto operator<=>(const NetGroup&) const = default;
};
NetGroup net_group(const NetAddress& address);

// An address and a port.
struct Endpoint {
    NetAddress address;
    std::uint16_t port = 0;

    auto operator<=>(const Endpoint&) const = default;
};

// Service bits of version and addr messages.
enum class Service : std::uint64_t {
    network = 1U << 0U,
    bloom = 1U << 2U,             // BIP111
    witness = 1U << 3U,           // BIP144
    compact_filters = 1U << 6U,   // BIP157
    network_limited = 1U << 10U,  // BIP159
    p2p_v2 = 1U << 11U,           // BIP324
};

struct Services {
    std::uint64_t bits = 0;

    [[nodiscard]] constexpr bool has(Service service) const {
        return (bits & static_cast<std::uint64_t>(service)) != 0;
    }
    [[nodiscard]] constexpr Services with(Service service) const {
        return {bits | static_cast<std::uint64_t>(service)};
    }
    bool operator==(const Services&) const = default;
};
// "NETWORK", "WITNESS", ...; bits without a name as "UNKNOWN[2^n]".
std::vector<std::string> service_names(Services services);

// The older form, 16 bytes: IPv4 mapped into IPv6. Nothing for Tor v2; key networks cannot be said and write as `::`.
std::optional<NetAddress> read_address_v1(Reader& in);
void write_address_v1(Writer& out, const NetAddress& address);
// BIP155: network id, length, bytes. Fails the reader when a known network has another length than its own or when any
// address is longer than kMaxAddrV2Bytes; nothing for unknown networks and for IPv6 that hides another network.
inline constexpr std::uint64_t kMaxAddrV2Bytes = 512;
std::optional<NetAddress> read_address_v2(Reader& in);
void write_address_v2(Writer& out, const NetAddress& address);

// "1.2.3.4", "2001:db8::1" (RFC 5952), "….onion", "….b32.i2p", "….internal".
std::string to_string(const NetAddress& address);
// "1.2.3.4:8333", "[2001:db8::1]:8333", "….onion:8333".
std::string to_string(const Endpoint& endpoint);
// Reads what to_string() writes (except internal names), and an IPv6 address in brackets; no host names, no zones. Tor
// v3 checksums are verified. fc00::/8 is IPv6 here: see as_cjdns().
std::optional<NetAddress> parse_address(std::string_view text);
// The port, where absent, is `default_port`.
std::optional<Endpoint> parse_endpoint(std::string_view text, std::uint16_t default_port);

}  // namespace keel::wire
