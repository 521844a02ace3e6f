// Fixed-width integers to and from bytes, little and big endian, without alignment requirements.
#pragma once

#include <bit>
#include <concepts>
#include <cstring>

#include "base/bytes.hpp"

namespace keel {

static_assert(std::endian::native == std::endian::little, "Keel supports little-endian machines");

template <std::unsigned_integral T>
constexpr T byteswap(T value) {
    T out = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i) {
        out = static_cast<T>(static_cast<T>(out << 8U) | static_cast<T>((value >> (8U * i)) & 0xFFU));
    }
    return out;
}

// Reads sizeof(T) bytes at `from`, which the caller has checked to be there.
template <std::integral T>
T load_le(const std::byte* from) {
    T value;
    std::memcpy(&value, from, sizeof(T));
    return value;
}

template <std::unsigned_integral T>
T load_be(const std::byte* from) {
    return byteswap(load_le<T>(from));
}

template <std::integral T>
void store_le(std::byte* to, T value) {
    std::memcpy(to, &value, sizeof(T));
}

template <std::unsigned_integral T>
void store_be(std::byte* to, T value) {
    store_le(to, byteswap(value));
}

}  // namespace keel
