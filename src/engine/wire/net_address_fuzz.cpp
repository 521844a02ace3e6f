// Address text and addrv2 bytes: what is accepted must print, encode and read back to itself.
#include "base/assert.hpp"
#include "engine/wire/net_address.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace keel;
    const ByteSpan input = std::as_bytes(std::span(data, size));
    if (const auto endpoint = wire::parse_endpoint(as_text(input), 8333)) {
        KEEL_ASSERT(wire::parse_endpoint(wire::to_string(*endpoint), 1) == endpoint);
        KEEL_ASSERT(wire::net_group(endpoint->address).size > 0);
    }
    wire::Reader in(input);
    if (const auto address = wire::read_address_v2(in)) {
        Bytes out;
        wire::Writer writer(out);
        wire::write_address_v2(writer, *address);
        wire::Reader again(out);
        KEEL_ASSERT(wire::read_address_v2(again) == address);
        const wire::Net net = address->net();
        const bool reads_back = net != wire::Net::internal && net != wire::Net::cjdns;
        KEEL_ASSERT(!reads_back || wire::parse_address(wire::to_string(*address)) == address);
    }
    return 0;
}
