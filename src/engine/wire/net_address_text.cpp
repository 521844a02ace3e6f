// Network addresses as text: RFC 5952 for IPv6, base32 (RFC 4648, lower case, no padding) for key networks.
#include <charconv>

#include "base/hex.hpp"
#include "crypto/sha3.hpp"
#include "engine/wire/net_address.hpp"

namespace keel::wire {
namespace {

constexpr std::string_view kBase32 = "abcdefghijklmnopqrstuvwxyz234567";
constexpr std::string_view kOnion = ".onion";
constexpr std::string_view kI2p = ".b32.i2p";
constexpr std::byte kTorVersion{3};
constexpr std::size_t kOnionBytes = 35;  // public key, two bytes of checksum, version
constexpr std::size_t kIpv6Groups = 8;

std::string to_base32(ByteSpan bytes) {
    std::string out;
    std::uint32_t buffer = 0;
    unsigned bits = 0;
    for (const std::byte b : bytes) {
        buffer = (buffer << 8U) | std::to_integer<std::uint32_t>(b);
        for (bits += 8; bits >= 5; bits -= 5) {
            out += kBase32[(buffer >> (bits - 5)) & 31U];
        }
    }
    if (bits > 0) out += kBase32[(buffer << (5 - bits)) & 31U];
    return out;
}

// Nothing for a foreign character or when the last one carries bits that belong to no byte.
std::optional<Bytes> from_base32(std::string_view text) {
    Bytes out;
    std::uint32_t buffer = 0;
    unsigned bits = 0;
    for (const char c : text) {
        const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        const std::size_t value = kBase32.find(lower);
        if (value == std::string_view::npos) return std::nullopt;
        buffer = (buffer << 5U) | static_cast<std::uint32_t>(value);
        bits += 5;
        if (bits >= 8) {
            bits -= 8;
            out.push_back(static_cast<std::byte>(buffer >> bits));
        }
    }
    const bool stray_bits = (buffer & ((1U << bits) - 1U)) != 0;
    return bits >= 5 || stray_bits ? std::nullopt : std::optional(std::move(out));
}

// Tor rend-spec-v3, "Encoding onion addresses".
Bytes onion_bytes(ByteSpan public_key) {
    Bytes hashed = to_bytes(as_bytes(".onion checksum"));
    append(hashed, public_key);
    hashed.push_back(kTorVersion);
    Bytes out = to_bytes(public_key);
    append(out, crypto::sha3_256(hashed).span().first(2));
    out.push_back(kTorVersion);
    return out;
}

std::string ipv4_text(ByteSpan bytes) {
    std::string out;
    for (const std::byte b : bytes) {
        if (!out.empty()) out += '.';
        out += std::to_string(std::to_integer<unsigned>(b));
    }
    return out;
}

std::string group_text(unsigned value) {
    std::array<char, 4> digits;
    const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), value, 16);
    return {digits.data(), end};
}

// RFC 5952 section 4: lower case, no leading zeros, the first longest run of two or more zero groups as "::".
std::string ipv6_text(ByteSpan bytes) {
    std::array<unsigned, kIpv6Groups> groups{};
    for (std::size_t i = 0; i < kIpv6Groups; ++i) {
        groups[i] = load_be<std::uint16_t>(bytes.data() + 2 * i);
    }
    std::size_t best = 0;
    std::size_t best_length = 1;
    for (std::size_t i = 0, run = 0; i < kIpv6Groups; ++i) {
        run = groups[i] == 0 ? run + 1 : 0;
        if (run > best_length) {
            best_length = run;
            best = i + 1 - run;
        }
    }
    const bool shorten = best_length > 1;
    std::string out;
    for (std::size_t i = 0; i < kIpv6Groups;) {
        if (shorten && i == best) {
            out += "::";
            i += best_length;
            continue;
        }
        if (!out.empty() && out.back() != ':') out += ':';
        out += group_text(groups[i++]);
    }
    return out;
}

template <class Int>
std::optional<Int> parse_number(std::string_view text, int base, std::size_t max_digits) {
    Int value = 0;
    if (text.empty() || text.size() > max_digits) return std::nullopt;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    return error == std::errc{} && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

// The text before the separator, which is removed from `text` along with it; the whole text where there is none.
std::string_view cut(std::string_view& text, char separator) {
    const std::size_t at = text.find(separator);
    const std::string_view out = text.substr(0, at);
    text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
    return out;
}

std::optional<std::array<std::byte, 4>> parse_ipv4(std::string_view text) {
    if (std::ranges::count(text, '.') != 3 || text.ends_with('.')) return std::nullopt;
    std::array<std::byte, 4> out;
    for (std::byte& b : out) {
        const std::string_view part = cut(text, '.');
        const auto value = parse_number<std::uint8_t>(part, 10, 3);
        if (!value || (part.size() > 1 && part[0] == '0')) return std::nullopt;
        b = static_cast<std::byte>(*value);
    }
    return out;
}

// Groups separated by single colons; the last may be a dotted quad. An empty text is no groups.
std::optional<Bytes> parse_groups(std::string_view text) {
    Bytes out;
    if (text.ends_with(':')) return std::nullopt;
    while (!text.empty()) {
        const std::string_view part = cut(text, ':');
        if (text.empty() && part.contains('.')) {
            const auto quad = parse_ipv4(part);
            if (!quad) return std::nullopt;
            append(out, *quad);
            break;
        }
        const auto value = parse_number<std::uint16_t>(part, 16, 4);
        if (!value) return std::nullopt;
        out.push_back(static_cast<std::byte>(*value >> 8U));
        out.push_back(static_cast<std::byte>(*value & 0xFFU));
    }
    return out;
}

std::optional<NetAddress> parse_ipv6(std::string_view text) {
    const std::size_t gap = text.find("::");
    const bool has_gap = gap != std::string_view::npos;
    const auto head = parse_groups(text.substr(0, gap));
    const auto tail = parse_groups(has_gap ? text.substr(gap + 2) : "");
    const std::size_t size = net_length(Net::ipv6);
    if (!head || !tail) return std::nullopt;
    const std::size_t said = head->size() + tail->size();
    if (has_gap ? said > size - 2 : said != size) return std::nullopt;
    Bytes bytes = *head;
    bytes.resize(size - tail->size());
    append(bytes, *tail);
    Reader reader(bytes);
    const auto address = read_address_v1(reader);  // also unwraps IPv4 and refuses Tor v2
    return address && address->net() != Net::internal ? address : std::nullopt;
}

bool ends_with(std::string_view text, std::string_view end) {
    return text.size() >= end.size() &&
           std::ranges::equal(text.substr(text.size() - end.size()), end, [](char a, char b) {
               return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
           });
}

std::optional<NetAddress> parse_onion(std::string_view name) {
    const auto bytes = from_base32(name);
    if (!bytes || bytes->size() != kOnionBytes) return std::nullopt;
    const ByteSpan key = ByteSpan(*bytes).first(net_length(Net::torv3));
    if (onion_bytes(key) != *bytes) return std::nullopt;
    return NetAddress(Net::torv3, key);
}

std::optional<NetAddress> parse_i2p(std::string_view name) {
    const auto bytes = from_base32(name);
    if (!bytes || bytes->size() != net_length(Net::i2p)) return std::nullopt;
    return NetAddress(Net::i2p, *bytes);
}

}  // namespace

std::string to_string(const NetAddress& address) {
    switch (address.net()) {
        case Net::internal: return to_base32(address.bytes()) + ".internal";
        case Net::ipv4: return ipv4_text(address.bytes());
        case Net::ipv6:
        case Net::cjdns: return ipv6_text(address.bytes());
        case Net::torv3: return to_base32(onion_bytes(address.bytes())) + std::string(kOnion);
        case Net::i2p: return to_base32(address.bytes()) + std::string(kI2p);
    }
    return {};
}

std::string to_string(const Endpoint& endpoint) {
    const bool brackets = endpoint.address.net() == Net::ipv6 || endpoint.address.net() == Net::cjdns;
    const std::string address = to_string(endpoint.address);
    return (brackets ? "[" + address + "]" : address) + ":" + std::to_string(endpoint.port);
}

std::optional<NetAddress> parse_address(std::string_view text) {
    if (text.starts_with('[') && text.ends_with(']')) return parse_ipv6(text.substr(1, text.size() - 2));
    if (ends_with(text, kOnion)) return parse_onion(text.substr(0, text.size() - kOnion.size()));
    if (ends_with(text, kI2p)) return parse_i2p(text.substr(0, text.size() - kI2p.size()));
    if (text.contains(':')) return parse_ipv6(text);
    const auto quad = parse_ipv4(text);
    return quad ? std::optional(NetAddress(Net::ipv4, *quad)) : std::nullopt;
}

std::optional<Endpoint> parse_endpoint(std::string_view text, std::uint16_t default_port) {
    std::string_view host = text;
    std::uint16_t port = default_port;
    const std::size_t colon = text.rfind(':');
    // A lone IPv6 address has several colons and no brackets; then the last colon starts no port.
    const bool bracketed = text.starts_with('[');
    const bool has_port =
        colon != std::string_view::npos && (bracketed ? text[colon - 1] == ']' : std::ranges::count(text, ':') == 1);
    if (has_port) {
        const auto parsed = parse_number<std::uint16_t>(text.substr(colon + 1), 10, 5);
        if (!parsed) return std::nullopt;
        port = *parsed;
        host = text.substr(0, colon);
    }
    const auto address = parse_address(host);
    return address ? std::optional(Endpoint{*address, port}) : std::nullopt;
}

}  // namespace keel::wire
