#include "rules/address/descriptor.hpp"

#include <array>

#include "base/hex.hpp"
#include "crypto/secp.hpp"
#include "rules/address/address.hpp"
#include "rules/script/templates.hpp"

namespace keel::address {
namespace {

// BIP380: characters of a descriptor, ordered so that mistakes in case change only the group.
constexpr std::string_view kInputCharset =
    "0123456789()[],'/*abcdefgh@:$%{}"
    "IJKLMNOPQRSTUVWXYZ&+-.;<=>?!^_|~"
    "ijklmnopqrstuvwxyzABCDEFGH`#\"\\ ";
constexpr std::string_view kChecksumCharset = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
constexpr std::size_t kChecksumLength = 8;

std::uint64_t step(std::uint64_t state, std::uint64_t symbol) {
    constexpr std::array<std::uint64_t, 5> kGenerator{0xf5dee51989, 0xa9fdca3312, 0x1bab10e32d, 0x3706b1677a,
                                                      0x644d626ffd};
    const std::uint64_t top = state >> 35U;
    state = ((state & 0x7FFFFFFFF) << 5U) ^ symbol;
    for (std::size_t i = 0; i < kGenerator.size(); ++i) {
        if (((top >> i) & 1U) != 0) {
            state ^= kGenerator[i];
        }
    }
    return state;
}

// Keys that a descriptor can hold: on the curve, and not of the hybrid form.
bool is_plain_key(ByteSpan key) { return key[0] < std::byte{6} && crypto::is_valid_public_key(key); }

std::string multi(const script::OutputTemplate& found) {
    std::string out = "multi(" + std::to_string(found.number);
    for (const ByteSpan key : found.parts) {
        out += "," + to_hex(key);
    }
    return out + ")";
}

std::string without_checksum(ByteSpan script, const primitives::AddressPrefixes& prefixes) {
    const script::OutputTemplate found = script::solve(script);
    switch (found.type) {
        case script::OutputType::pubkey:
            if (is_plain_key(found.parts[0])) {
                return "pk(" + to_hex(found.parts[0]) + ")";
            }
            break;
        case script::OutputType::multisig:
            if (std::ranges::all_of(found.parts, is_plain_key)) {
                return multi(found);
            }
            break;
        case script::OutputType::witness_v1_taproot:
            if (crypto::is_valid_xonly_key(found.parts[0])) {
                return "rawtr(" + to_hex(found.parts[0]) + ")";
            }
            break;
        default: break;
    }
    if (const auto destination = destination_of(script)) {
        return "addr(" + encode_address(*destination, prefixes) + ")";
    }
    return "raw(" + to_hex(script) + ")";
}

}  // namespace

std::string descriptor_checksum(std::string_view descriptor) {
    std::uint64_t state = 1;
    std::uint64_t groups = 0;
    std::size_t group_count = 0;
    for (const char c : descriptor) {
        const std::size_t position = kInputCharset.find(c);
        if (position == std::string_view::npos) {
            return {};
        }
        state = step(state, position & 31U);
        groups = groups * 3 + (position >> 5U);
        if (++group_count == 3) {
            state = step(state, groups);
            groups = 0;
            group_count = 0;
        }
    }
    if (group_count > 0) {
        state = step(state, groups);
    }
    for (std::size_t i = 0; i < kChecksumLength; ++i) {
        state = step(state, 0);
    }
    state ^= 1U;
    std::string out;
    for (std::size_t i = 0; i < kChecksumLength; ++i) {
        out += kChecksumCharset[(state >> (5 * (kChecksumLength - 1 - i))) & 31U];
    }
    return out;
}

Result<Bytes, DescriptorError> script_of_descriptor(std::string_view text,
                                                    const primitives::AddressPrefixes& prefixes) {
    const auto refuse = [](std::string why) { return Failure<DescriptorError>(DescriptorError{std::move(why)}); };
    const std::size_t hash = text.find('#');
    const std::string_view body = text.substr(0, hash);
    const std::string checksum = descriptor_checksum(body);
    if (checksum.empty()) {
        return refuse("Invalid characters in payload");
    }
    if (hash != std::string_view::npos && text.substr(hash + 1) != checksum) {
        return refuse("Provided checksum '" + std::string(text.substr(hash + 1)) +
                      "' does not match computed checksum '" + checksum + "'");
    }
    const std::size_t open = body.find('(');
    if (open == std::string_view::npos || !body.ends_with(')')) {
        return refuse("'" + std::string(body) + "' is not a valid descriptor function");
    }
    const std::string_view function = body.substr(0, open);
    const std::string_view content = body.substr(open + 1, body.size() - open - 2);
    if (function == "raw") {
        auto script = from_hex(content);
        if (!script) {
            return refuse("Raw script is not hex");
        }
        return std::move(*script);
    }
    if (function == "addr") {
        const auto destination = decode_address(content, prefixes);
        if (!destination) {
            return refuse("Address is not valid");
        }
        return script_of(*destination);
    }
    return refuse("'" + std::string(function) + "' is not a descriptor function that this version knows");
}

std::string infer_descriptor(ByteSpan script, const primitives::AddressPrefixes& prefixes) {
    const std::string descriptor = without_checksum(script, prefixes);
    return descriptor + "#" + descriptor_checksum(descriptor);
}

}  // namespace keel::address
