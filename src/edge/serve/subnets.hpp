// Which addresses may connect: -rpcallowip.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace keel::serve {

// An address as 16 bytes, IPv4 mapped into IPv6 (RFC 4291, 2.5.5.2).
using AddressBytes = std::array<std::byte, 16>;

// Nothing when it is no numeric address.
std::optional<AddressBytes> parse_numeric_address(std::string_view text);

class Subnets {
public:
    // Loopback only.
    Subnets();
    // "a", "a/bits" or "a/netmask". False when it is none of them.
    [[nodiscard]] bool allow(std::string_view text);
    [[nodiscard]] bool contains(const AddressBytes& address) const;

private:
    struct Subnet {
        AddressBytes address;
        AddressBytes mask;
    };
    std::vector<Subnet> subnets_;
};

}  // namespace keel::serve
