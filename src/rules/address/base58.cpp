#include "rules/address/base58.hpp"

#include "crypto/sha256.hpp"

namespace keel::address {

namespace {

constexpr std::string_view kAlphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
constexpr std::size_t kChecksumSize = 4;

// Multiplies a big-endian number in `to_base` by `from_base` and adds `digit`; digits are least significant first.
void push_digit(std::vector<std::uint8_t>& digits, unsigned digit, unsigned from_base, unsigned to_base) {
    unsigned carry = digit;
    for (std::uint8_t& d : digits) {
        carry += from_base * d;
        d = static_cast<std::uint8_t>(carry % to_base);
        carry /= to_base;
    }
    while (carry > 0) {
        digits.push_back(static_cast<std::uint8_t>(carry % to_base));
        carry /= to_base;
    }
}

}  // namespace

std::string base58_encode(ByteSpan data) {
    const auto zeros = static_cast<std::size_t>(
        std::ranges::find_if(data, [](std::byte b) { return b != std::byte{0}; }) - data.begin());
    std::vector<std::uint8_t> digits;
    for (const std::byte b : data.subspan(zeros)) {
        push_digit(digits, std::to_integer<unsigned>(b), 256, 58);
    }
    std::string out(zeros, kAlphabet[0]);
    for (std::size_t i = digits.size(); i-- > 0;) {
        out += kAlphabet[digits[i]];
    }
    return out;
}

std::optional<Bytes> base58_decode(std::string_view text, std::size_t max_bytes) {
    const std::size_t zeros = std::min(text.find_first_not_of(kAlphabet[0]), text.size());
    if (zeros > max_bytes) {
        return std::nullopt;
    }
    std::vector<std::uint8_t> digits;
    for (const char c : text.substr(zeros)) {
        const auto digit = kAlphabet.find(c);
        if (digit == std::string_view::npos) {
            return std::nullopt;
        }
        push_digit(digits, static_cast<unsigned>(digit), 58, 256);
        if (zeros + digits.size() > max_bytes) {
            return std::nullopt;
        }
    }
    Bytes out(zeros);
    for (std::size_t i = digits.size(); i-- > 0;) {
        out.push_back(static_cast<std::byte>(digits[i]));
    }
    return out;
}

std::string base58check_encode(ByteSpan payload) {
    Bytes data = to_bytes(payload);
    append(data, crypto::sha256d(payload).span().first(kChecksumSize));
    return base58_encode(data);
}

std::optional<Bytes> base58check_decode(std::string_view text, std::size_t max_bytes) {
    auto data = base58_decode(text, max_bytes + kChecksumSize);
    if (!data || data->size() < kChecksumSize) {
        return std::nullopt;
    }
    const ByteSpan payload = ByteSpan(*data).first(data->size() - kChecksumSize);
    if (!equal(crypto::sha256d(payload).span().first(kChecksumSize), ByteSpan(*data).last(kChecksumSize))) {
        return std::nullopt;
    }
    data->resize(payload.size());
    return data;
}

}  // namespace keel::address
