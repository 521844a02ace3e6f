#include "engine/wire/net_address.hpp"

#include "base/assert.hpp"
#include "crypto/sha256.hpp"

namespace keel::wire {
namespace {

using primitives::DecodeError;

template <class... Ints>
constexpr auto prefix(Ints... values) {
    return std::array<std::byte, sizeof...(Ints)>{static_cast<std::byte>(values)...};
}

constexpr auto kMappedIpv4 = prefix(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF);  // RFC 4291 section 2.5.5.2
constexpr auto kHiddenTorV2 = prefix(0xFD, 0x87, 0xD8, 0x7E, 0xEB, 0x43);       // OnionCat
constexpr auto kHiddenInternal = prefix(0xFD, 0x6B, 0x88, 0xC0, 0x87, 0x24);
constexpr std::byte kCjdnsPrefix{0xFC};
constexpr std::size_t kIpv6Bytes = 16;
constexpr std::byte kUnroutableClass{0xFF};

struct NetInfo {
    Net net;
    std::string_view name;
    std::size_t length;
};
constexpr std::array<NetInfo, 6> kNets{{{Net::internal, "internal", 10},
                                        {Net::ipv4, "ipv4", 4},
                                        {Net::ipv6, "ipv6", 16},
                                        {Net::torv3, "onion", 32},
                                        {Net::i2p, "i2p", 32},
                                        {Net::cjdns, "cjdns", 16}}};

const NetInfo& info(Net net) {
    const auto* found = std::ranges::find(kNets, net, &NetInfo::net);
    KEEL_ASSERT(found != kNets.end());
    return *found;
}

bool starts_with(ByteSpan bytes, ByteSpan start) {
    return bytes.size() >= start.size() && equal(bytes.first(start.size()), start);
}

// Blocks of the IANA special-purpose registries that matter here. `bits` of the prefix count.
struct Subnet {
    std::array<std::byte, 16> prefix;
    unsigned bits;
};
template <class... Ints>
constexpr Subnet subnet(unsigned bits, Ints... values) {
    return {{static_cast<std::byte>(values)...}, bits};
}

constexpr std::array kPrivateIpv4{
    subnet(8, 10),        subnet(12, 172, 16), subnet(16, 192, 168),  // RFC 1918
    subnet(16, 169, 254),                                             // RFC 3927: link local
    subnet(10, 100, 64),                                              // RFC 6598: carrier-grade NAT
};
constexpr std::array kReservedIpv4{
    subnet(15, 198, 18),                                                      // RFC 2544: benchmarks
    subnet(24, 192, 0, 2), subnet(24, 198, 51, 100), subnet(24, 203, 0, 113)  // RFC 5737: documentation
};
constexpr std::array kPrivateIpv6{
    subnet(64, 0xFE, 0x80),  // RFC 4862: link local
    subnet(7, 0xFC),         // RFC 4193: unique local
};
constexpr std::array kReservedIpv6{
    subnet(28, 0x20, 0x01, 0x00, 0x10),  // RFC 4843: ORCHID
    subnet(28, 0x20, 0x01, 0x00, 0x20),  // RFC 7343: ORCHIDv2
};
constexpr Subnet kDocumentationIpv6 = subnet(32, 0x20, 0x01, 0x0D, 0xB8);  // RFC 3849
constexpr Subnet kHurricaneElectric = subnet(32, 0x20, 0x01, 0x04, 0x70);
constexpr Subnet kSixToFour = subnet(16, 0x20, 0x02);                           // RFC 3964
constexpr Subnet kTeredo = subnet(32, 0x20, 0x01, 0x00, 0x00);                  // RFC 4380
constexpr Subnet kNat64 = subnet(96, 0x00, 0x64, 0xFF, 0x9B);                   // RFC 6052
constexpr Subnet kTranslated = subnet(96, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF);  // RFC 6145

bool within(ByteSpan address, const Subnet& net) {
    const std::size_t whole = net.bits / 8;
    if (!equal(address.first(whole), ByteSpan(net.prefix).first(whole))) return false;
    const unsigned rest = net.bits % 8;
    if (rest == 0) return true;
    const auto mask = static_cast<std::byte>(0xFFU << (8U - rest));
    return (address[whole] & mask) == (net.prefix[whole] & mask);
}

bool within_any(ByteSpan address, std::span<const Subnet> nets) {
    return std::ranges::any_of(nets, [&](const Subnet& net) { return within(address, net); });
}

// 16 bytes as they stand in an older address field.
std::optional<NetAddress> from_ipv6_bytes(ByteSpan bytes) {
    if (starts_with(bytes, kMappedIpv4)) return NetAddress(Net::ipv4, bytes.subspan(kMappedIpv4.size()));
    if (starts_with(bytes, kHiddenTorV2)) return std::nullopt;
    if (starts_with(bytes, kHiddenInternal)) return NetAddress(Net::internal, bytes.subspan(kHiddenInternal.size()));
    return NetAddress(Net::ipv6, bytes);
}

}  // namespace

std::string_view net_name(Net net) { return info(net).name; }

std::optional<Net> net_from_name(std::string_view name) {
    const auto* found = std::ranges::find(kNets, name, &NetInfo::name);
    return found == kNets.end() ? std::nullopt : std::optional(found->net);
}

std::size_t net_length(Net net) { return info(net).length; }

NetAddress::NetAddress(Net net, ByteSpan bytes) : net_(net) {
    KEEL_ASSERT(bytes.size() == net_length(net));
    std::ranges::copy(bytes, bytes_.begin());
}

NetAddress NetAddress::ipv4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d) {
    return {Net::ipv4, prefix(a, b, c, d)};
}

NetAddress NetAddress::internal(std::string_view name) {
    return {Net::internal, crypto::sha256(as_bytes(name)).span().first(net_length(Net::internal))};
}

bool NetAddress::is_valid() const {
    switch (net_) {
        case Net::internal: return false;
        case Net::ipv4: {
            const auto value = load_be<std::uint32_t>(bytes_.data());
            return value != 0 && value != 0xFFFFFFFFU;
        }
        case Net::ipv6: return *this != NetAddress() && !within(bytes(), kDocumentationIpv6);
        case Net::cjdns: return bytes_[0] == kCjdnsPrefix;
        case Net::torv3:
        case Net::i2p: return true;
    }
    return false;
}

bool NetAddress::is_local() const {
    if (net_ == Net::ipv4) return bytes_[0] == std::byte{127} || bytes_[0] == std::byte{0};
    if (net_ != Net::ipv6) return false;
    const ByteSpan all = bytes();
    return all.back() == std::byte{1} && std::ranges::count(all, std::byte{0}) == kIpv6Bytes - 1;
}

bool NetAddress::is_private() const {
    if (net_ == Net::ipv4) return within_any(bytes(), kPrivateIpv4);
    return net_ == Net::ipv6 && within_any(bytes(), kPrivateIpv6);
}

bool NetAddress::is_routable() const {
    if (!is_valid() || is_local() || is_private()) return false;
    if (net_ == Net::ipv4) return !within_any(bytes(), kReservedIpv4);
    return net_ != Net::ipv6 || !within_any(bytes(), kReservedIpv6);
}

std::optional<std::uint32_t> NetAddress::linked_ipv4() const {
    if (!is_routable()) return std::nullopt;
    const ByteSpan all = bytes();
    if (net_ == Net::ipv4) return load_be<std::uint32_t>(all.data());
    if (net_ != Net::ipv6) return std::nullopt;
    if (within(all, kNat64) || within(all, kTranslated)) return load_be<std::uint32_t>(all.data() + 12);
    if (within(all, kSixToFour)) return load_be<std::uint32_t>(all.data() + 2);
    if (within(all, kTeredo)) return ~load_be<std::uint32_t>(all.data() + 12);
    return std::nullopt;
}

NetAddress NetAddress::as_cjdns() const {
    if (net_ != Net::ipv6 || bytes_[0] != kCjdnsPrefix) return *this;
    return {Net::cjdns, bytes()};
}

NetGroup net_group(const NetAddress& address) {
    NetGroup group;
    const auto add = [&group](std::byte b) { group.bytes[group.size++] = b; };
    if (address.net() != Net::internal && !address.is_routable()) {
        add(kUnroutableClass);
        return group;
    }
    if (const auto linked = address.linked_ipv4()) {
        add(static_cast<std::byte>(Net::ipv4));
        add(static_cast<std::byte>(*linked >> 24U));
        add(static_cast<std::byte>(*linked >> 16U));
        return group;
    }
    std::size_t bits = 32;
    switch (address.net()) {
        case Net::internal: bits = 80; break;
        case Net::torv3:
        case Net::i2p: bits = 4; break;
        case Net::cjdns: bits = 12; break;  // the first 8 are the same for all
        case Net::ipv4:
        case Net::ipv6: bits = within(address.bytes(), kHurricaneElectric) ? 36 : 32; break;
    }
    add(static_cast<std::byte>(address.net()));
    for (const std::byte b : address.bytes().first(bits / 8)) {
        add(b);
    }
    if (bits % 8 != 0) {
        add(address.bytes()[bits / 8] | static_cast<std::byte>(0xFFU >> (bits % 8)));
    }
    return group;
}

std::vector<std::string> service_names(Services services) {
    struct Named {
        Service service;
        const char* name;
    };
    static constexpr std::array<Named, 6> kNames{{{Service::network, "NETWORK"},
                                                  {Service::bloom, "BLOOM"},
                                                  {Service::witness, "WITNESS"},
                                                  {Service::compact_filters, "COMPACT_FILTERS"},
                                                  {Service::network_limited, "NETWORK_LIMITED"},
                                                  {Service::p2p_v2, "P2P_V2"}}};
    std::vector<std::string> out;
    for (unsigned bit = 0; bit < 64; ++bit) {
        const std::uint64_t mask = 1ULL << bit;
        if ((services.bits & mask) == 0) continue;
        const auto* found = std::ranges::find(kNames, static_cast<Service>(mask), &Named::service);
        out.push_back(found != kNames.end() ? std::string(found->name) : "UNKNOWN[2^" + std::to_string(bit) + "]");
    }
    return out;
}

std::optional<NetAddress> read_address_v1(Reader& in) {
    const ByteSpan bytes = in.take(kIpv6Bytes);
    return bytes.empty() ? std::nullopt : from_ipv6_bytes(bytes);
}

void write_address_v1(Writer& out, const NetAddress& address) {
    switch (address.net()) {
        case Net::internal: out.write_bytes(kHiddenInternal); break;
        case Net::ipv4: out.write_bytes(kMappedIpv4); break;
        case Net::ipv6: break;
        case Net::torv3:
        case Net::i2p:
        case Net::cjdns: out.write_bytes(std::array<std::byte, kIpv6Bytes>{}); return;
    }
    out.write_bytes(address.bytes());
}

std::optional<NetAddress> read_address_v2(Reader& in) {
    const auto id = in.read<std::uint8_t>();
    const ByteSpan bytes = in.read_var_bytes(kMaxAddrV2Bytes);
    if (!in.ok()) return std::nullopt;
    const auto net = static_cast<Net>(id);
    if (net == Net::internal || std::ranges::find(kNets, net, &NetInfo::net) == kNets.end()) return std::nullopt;
    if (bytes.size() != net_length(net)) {
        in.fail(bytes.size() < net_length(net) ? DecodeError::truncated : DecodeError::trailing_bytes);
        return std::nullopt;
    }
    if (net != Net::ipv6) return NetAddress(net, bytes);
    const auto address = from_ipv6_bytes(bytes);
    // BIP155: IPv4 has an id of its own and must not come dressed as IPv6.
    return address && address->net() == Net::ipv4 ? std::nullopt : address;
}

void write_address_v2(Writer& out, const NetAddress& address) {
    if (address.net() == Net::internal) {
        out.write(static_cast<std::uint8_t>(Net::ipv6));
        out.write_compact_size(kIpv6Bytes);
        write_address_v1(out, address);
        return;
    }
    out.write(static_cast<std::uint8_t>(address.net()));
    out.write_var_bytes(address.bytes());
}

}  // namespace keel::wire
