#include "rules/address/bech32.hpp"

#include "base/assert.hpp"

namespace keel::address {

namespace {

constexpr std::string_view kAlphabet = kBech32Alphabet;
constexpr std::size_t kChecksumSize = kBech32ChecksumSize;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool is_uniform_ascii(std::string_view text) {
    const auto is_lower = [](char c) { return c >= 'a' && c <= 'z'; };
    const auto is_upper = [](char c) { return c >= 'A' && c <= 'Z'; };
    return std::ranges::all_of(text, [](char c) { return c >= 33 && c <= 126; }) &&
           !(std::ranges::any_of(text, is_lower) && std::ranges::any_of(text, is_upper));
}

}  // namespace

// The remainder of the BCH code over GF(32), fed one symbol (BIP173 "Checksum").
std::uint32_t bech32_step(std::uint32_t remainder, std::uint8_t symbol) {
    constexpr std::array<std::uint32_t, 5> kGenerator{0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3};
    const std::uint32_t top = remainder >> 25U;
    remainder = ((remainder & 0x1FFFFFFU) << 5U) ^ symbol;
    for (std::uint32_t i = 0; i < 5; ++i) {
        remainder ^= ((top >> i) & 1U) != 0 ? kGenerator[i] : 0U;
    }
    return remainder;
}

std::uint32_t bech32_remainder(std::string_view hrp, std::span<const std::uint8_t> symbols) {
    std::uint32_t remainder = 1;
    for (const char c : hrp) {
        remainder = bech32_step(remainder, static_cast<std::uint8_t>(static_cast<std::uint8_t>(c) >> 5U));
    }
    remainder = bech32_step(remainder, 0);
    for (const char c : hrp) {
        remainder = bech32_step(remainder, static_cast<std::uint8_t>(static_cast<std::uint8_t>(c) & 31U));
    }
    for (const std::uint8_t symbol : symbols) {
        remainder = bech32_step(remainder, symbol);
    }
    return remainder;
}

std::string bech32_encode(const Bech32& parts) {
    KEEL_ASSERT(!parts.hrp.empty() && parts.hrp.size() + 1 + parts.symbols.size() + kChecksumSize <= kBech32LengthMax);
    std::vector<std::uint8_t> symbols = parts.symbols;
    symbols.resize(symbols.size() + kChecksumSize);
    const std::uint32_t constant = parts.form == Bech32Form::bech32 ? kBech32Constant : kBech32mConstant;
    const std::uint32_t checksum = bech32_remainder(parts.hrp, symbols) ^ constant;
    for (std::size_t i = 0; i < kChecksumSize; ++i) {
        symbols[parts.symbols.size() + i] = static_cast<std::uint8_t>((checksum >> (5 * (5 - i))) & 31U);
    }
    std::string out = parts.hrp + '1';
    for (const std::uint8_t symbol : symbols) {
        out += kAlphabet[symbol];
    }
    return out;
}

std::optional<Bech32> bech32_decode(std::string_view text) {
    const auto separator = text.rfind('1');
    if (text.size() > kBech32LengthMax || separator == std::string_view::npos || separator == 0 ||
        text.size() - separator - 1 < kChecksumSize || !is_uniform_ascii(text)) {
        return std::nullopt;
    }
    Bech32 out;
    for (const char c : text.substr(0, separator)) {
        out.hrp += lower(c);
    }
    for (const char c : text.substr(separator + 1)) {
        const auto symbol = kAlphabet.find(lower(c));
        if (symbol == std::string_view::npos) {
            return std::nullopt;
        }
        out.symbols.push_back(static_cast<std::uint8_t>(symbol));
    }
    const std::uint32_t remainder = bech32_remainder(out.hrp, out.symbols);
    if (remainder != kBech32Constant && remainder != kBech32mConstant) {
        return std::nullopt;
    }
    out.form = remainder == kBech32Constant ? Bech32Form::bech32 : Bech32Form::bech32m;
    out.symbols.resize(out.symbols.size() - kChecksumSize);
    return out;
}

std::vector<std::uint8_t> to_symbols(ByteSpan bytes) {
    std::vector<std::uint8_t> out;
    unsigned pending = 0;
    unsigned bits = 0;
    for (const std::byte b : bytes) {
        pending = (pending << 8U) | std::to_integer<unsigned>(b);
        bits += 8;
        while (bits >= 5) {
            bits -= 5;
            out.push_back(static_cast<std::uint8_t>((pending >> bits) & 31U));
        }
        pending &= (1U << bits) - 1;
    }
    if (bits > 0) {
        out.push_back(static_cast<std::uint8_t>((pending << (5 - bits)) & 31U));
    }
    return out;
}

std::optional<Bytes> from_symbols(std::span<const std::uint8_t> symbols) {
    Bytes out;
    unsigned pending = 0;
    unsigned bits = 0;
    for (const std::uint8_t symbol : symbols) {
        pending = (pending << 5U) | symbol;
        bits += 5;
        if (bits >= 8) {
            bits -= 8;
            out.push_back(static_cast<std::byte>((pending >> bits) & 0xFFU));
        }
        pending &= (1U << bits) - 1;
    }
    if (bits > 4 || pending != 0) {
        return std::nullopt;
    }
    return out;
}

}  // namespace keel::address
