#include "edge/serve/subnets.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <string>

namespace keel::serve {
namespace {

constexpr int kBits = 128;
constexpr int kMappedBits = 96;  // before an IPv4 address inside IPv6

AddressBytes mask_of(int bits) {
    AddressBytes out{};
    for (int i = 0; i < bits; ++i) {
        out[static_cast<std::size_t>(i / 8)] |= std::byte{0x80} >> (i % 8);
    }
    return out;
}

bool is_ipv4(std::string_view text) { return text.find(':') == std::string_view::npos; }

// "24" or "255.255.255.0".
std::optional<AddressBytes> parse_mask(std::string_view text, bool ipv4) {
    const int offset = ipv4 ? kMappedBits : 0;
    int bits = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bits);
    if (error == std::errc() && end == text.data() + text.size()) {
        if (bits < 0 || bits > kBits - offset) {
            return std::nullopt;
        }
        return mask_of(offset + bits);
    }
    auto mask = parse_numeric_address(text);
    if (!mask || is_ipv4(text) != ipv4) {
        return std::nullopt;
    }
    if (ipv4) {
        const AddressBytes prefix = mask_of(kMappedBits);
        std::copy_n(prefix.begin(), kMappedBits / 8, mask->begin());
    }
    // A mask has its ones in front.
    for (int ones = 0; ones <= kBits; ++ones) {
        if (*mask == mask_of(ones)) {
            return mask;
        }
    }
    return std::nullopt;
}

}  // namespace

std::optional<AddressBytes> parse_numeric_address(std::string_view text) {
    const std::string terminated(text);
    AddressBytes out{};
    if (is_ipv4(text)) {
        out[10] = out[11] = std::byte{0xFF};
        return inet_pton(AF_INET, terminated.c_str(), out.data() + 12) == 1 ? std::optional(out) : std::nullopt;
    }
    return inet_pton(AF_INET6, terminated.c_str(), out.data()) == 1 ? std::optional(out) : std::nullopt;
}

Subnets::Subnets() {
    (void)allow("127.0.0.0/8");
    (void)allow("::1");
}

bool Subnets::allow(std::string_view text) {
    const std::size_t slash = std::min(text.find('/'), text.size());
    const std::string_view host = text.substr(0, slash);
    const auto address = parse_numeric_address(host);
    const auto mask =
        slash == text.size() ? std::optional(mask_of(kBits)) : parse_mask(text.substr(slash + 1), is_ipv4(host));
    if (!address || !mask) {
        return false;
    }
    subnets_.push_back({*address, *mask});
    return true;
}

bool Subnets::contains(const AddressBytes& address) const {
    return std::ranges::any_of(subnets_, [&](const Subnet& subnet) {
        for (std::size_t i = 0; i < address.size(); ++i) {
            if ((address[i] & subnet.mask[i]) != (subnet.address[i] & subnet.mask[i])) {
                return false;
            }
        }
        return true;
    });
}

}  // namespace keel::serve
