#include "rules/address/address_complaint.hpp"

#include <algorithm>
#include <optional>

#include "rules/address/base58.hpp"
#include "rules/address/bech32.hpp"

namespace keel::address {
namespace {

constexpr std::size_t kBase58AddressSize = 21;
constexpr std::size_t kBase58Max = 100;  // bytes worth decoding to tell which error it is

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string lower(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(), [](char c) { return lower(c); });
    return out;
}

AddressComplaint explain_base58(std::string_view text, const primitives::AddressPrefixes& prefixes) {
    const auto payload = base58check_decode(text, kBase58AddressSize);
    if (!payload) {
        return {base58_decode(text, kBase58Max) ? "Invalid checksum or length of Base58 address (P2PKH or P2SH)"
                                                : "Invalid or unsupported Segwit (Bech32) or Base58 encoding.",
                {}};
    }
    const bool known = !payload->empty() && (payload->front() == std::byte{prefixes.pubkey_hash} ||
                                             payload->front() == std::byte{prefixes.script_hash});
    return {
        known ? "Invalid length for Base58 address (P2PKH or P2SH)" : "Invalid or unsupported Base58-encoded address.",
        {}};
}

AddressComplaint explain_program(const Bech32& parts) {
    const int version = parts.symbols[0];
    if ((version == 0) != (parts.form == Bech32Form::bech32)) {
        return {version == 0 ? "Version 0 witness address must use Bech32 checksum"
                             : "Version 1+ witness address must use Bech32m checksum",
                {}};
    }
    const auto program = from_symbols(std::span(parts.symbols).subspan(1));
    if (!program) {
        return {"Invalid padding in Bech32 data section", {}};
    }
    const std::string size = "(" + std::to_string(program->size()) + (program->size() == 1 ? " byte)" : " bytes)");
    if (version == 0) {
        return {"Invalid Bech32 v0 address program size " + size + ", per BIP141", {}};
    }
    if (version > 16) {
        return {"Invalid Bech32 address witness version", {}};
    }
    return {"Invalid Bech32 address program size " + size, {}};
}

std::vector<std::size_t> odd_characters(std::string_view text) {
    std::vector<std::size_t> out;
    bool has_lower = false;
    bool has_upper = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const bool is_lower = c >= 'a' && c <= 'z';
        const bool is_upper = c >= 'A' && c <= 'Z';
        if ((is_lower && has_upper) || (is_upper && has_lower) || c < 33 || c > 126) {
            out.push_back(i);
        }
        has_lower = has_lower || (is_lower && !has_upper);
        has_upper = has_upper || (is_upper && !has_lower);
    }
    return out;
}

// What one wrong symbol, `place` symbols from the end, adds to the remainder.
struct Mistake {
    std::uint32_t remainder;
    std::size_t place;
};

std::vector<Mistake> all_mistakes(std::size_t length) {
    std::vector<Mistake> out;
    for (std::uint32_t wrong = 1; wrong < 32; ++wrong) {
        std::uint32_t remainder = wrong;
        for (std::size_t place = 0; place < length; ++place) {
            out.push_back({remainder, place});
            remainder = bech32_step(remainder, 0);
        }
    }
    std::ranges::sort(out, {}, &Mistake::remainder);
    return out;
}

// The places of the one or two wrong symbols that explain a remainder, from the end, the farthest first.
std::vector<std::size_t> places_of(std::uint32_t remainder, const std::vector<Mistake>& mistakes) {
    const auto place_of = [&](std::uint32_t wanted) -> std::optional<std::size_t> {
        const auto found = std::ranges::lower_bound(mistakes, wanted, {}, &Mistake::remainder);
        return found != mistakes.end() && found->remainder == wanted ? std::optional(found->place) : std::nullopt;
    };
    if (const auto single = place_of(remainder)) {
        return {*single};
    }
    for (const Mistake& first : mistakes) {
        const auto second = place_of(remainder ^ first.remainder);
        if (second && *second != first.place) {
            return {std::max(first.place, *second), std::min(first.place, *second)};
        }
    }
    return {};
}

AddressComplaint explain_checksum(std::string_view text, std::string_view hrp,
                                  const std::vector<std::uint8_t>& symbols) {
    const std::uint32_t remainder = bech32_remainder(hrp, symbols);
    const std::vector<Mistake> mistakes = all_mistakes(symbols.size());
    AddressComplaint out{"Invalid checksum", {}};
    for (const std::uint32_t constant : {kBech32Constant, kBech32mConstant}) {
        const std::vector<std::size_t> places = places_of(remainder ^ constant, mistakes);
        if (places.empty() || (!out.positions.empty() && places.size() >= out.positions.size())) {
            continue;
        }
        out.text = constant == kBech32Constant ? "Invalid Bech32 checksum" : "Invalid Bech32m checksum";
        out.positions.clear();
        for (const std::size_t place : places) {
            out.positions.push_back(text.size() - 1 - place);
        }
    }
    return out;
}

AddressComplaint explain_bech32(std::string_view text) {
    if (text.size() > kBech32LengthMax) {
        AddressComplaint out{"Bech32 string too long", {}};
        for (std::size_t i = kBech32LengthMax; i < text.size(); ++i) {
            out.positions.push_back(i);
        }
        return out;
    }
    if (auto odd = odd_characters(text); !odd.empty()) {
        return {"Invalid character or mixed case", std::move(odd)};
    }
    const std::size_t separator = text.rfind('1');
    if (separator == std::string_view::npos) {
        return {"Missing separator", {}};
    }
    if (separator == 0 || separator + kBech32ChecksumSize >= text.size()) {
        return {"Invalid separator position", {separator}};
    }
    std::vector<std::uint8_t> symbols;
    for (std::size_t i = separator + 1; i < text.size(); ++i) {
        const std::size_t symbol = kBech32Alphabet.find(lower(text[i]));
        if (symbol == std::string_view::npos) {
            return {"Invalid Base 32 character", {i}};
        }
        symbols.push_back(static_cast<std::uint8_t>(symbol));
    }
    return explain_checksum(text, lower(text.substr(0, separator)), symbols);
}

}  // namespace

AddressComplaint explain_address(std::string_view text, const primitives::AddressPrefixes& prefixes) {
    if (lower(text.substr(0, prefixes.bech32_hrp.size())) != prefixes.bech32_hrp) {
        return explain_base58(text, prefixes);
    }
    const auto parts = bech32_decode(text);
    if (!parts) {
        return explain_bech32(text);
    }
    if (parts->symbols.empty()) {
        return {"Empty Bech32 data section", {}};
    }
    if (parts->hrp != prefixes.bech32_hrp) {
        return {"Invalid or unsupported prefix for Segwit (Bech32) address (expected " + prefixes.bech32_hrp +
                    ", got " + parts->hrp + ").",
                {}};
    }
    return explain_program(*parts);
}

}  // namespace keel::address
