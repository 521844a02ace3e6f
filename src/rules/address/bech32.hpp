// Bech32 (BIP173) and Bech32m (BIP350): a human-readable part, data in 5-bit symbols, and a checksum.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace keel::address {

enum class Bech32Form : std::uint8_t { bech32, bech32m };

inline constexpr std::size_t kBech32LengthMax = 90;

struct Bech32 {
    Bech32Form form = Bech32Form::bech32;
    std::string hrp;                    // lower case, 1 to 83 characters of US-ASCII 33 to 126
    std::vector<std::uint8_t> symbols;  // each below 32

    bool operator==(const Bech32&) const = default;
};

// Always lower case. The parts must be as described above and fit the length limit.
std::string bech32_encode(const Bech32& parts);
// All lower or all upper case. Nothing when the form, the alphabet, the length or the checksum is wrong.
[[nodiscard]] std::optional<Bech32> bech32_decode(std::string_view text);

// For whoever looks for mistakes: the symbols' characters, what the remainder of an intact text is in each form, and
// the remainder over the lower-case human-readable part and all symbols, checksum included.
inline constexpr std::string_view kBech32Alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
inline constexpr std::size_t kBech32ChecksumSize = 6;
inline constexpr std::uint32_t kBech32Constant = 1;
inline constexpr std::uint32_t kBech32mConstant = 0x2BC830A3;
std::uint32_t bech32_remainder(std::string_view hrp, std::span<const std::uint8_t> symbols);
// The remainder goes on with one more symbol. Linear: step(a ^ b, x ^ y) = step(a, x) ^ step(b, y).
std::uint32_t bech32_step(std::uint32_t remainder, std::uint8_t symbol);

// Bytes as 5-bit symbols, padded with zero bits.
std::vector<std::uint8_t> to_symbols(ByteSpan bytes);
// Nothing when more than 4 bits are left over or those left over are not zero (BIP173 "Segwit address format").
[[nodiscard]] std::optional<Bytes> from_symbols(std::span<const std::uint8_t> symbols);

}  // namespace keel::address
