// Integer arithmetic that reports overflow instead of having it.
#pragma once

#include <concepts>
#include <optional>

namespace keel {

template <std::integral T>
constexpr std::optional<T> checked_add(T a, T b) {
    T out{};
    return __builtin_add_overflow(a, b, &out) ? std::nullopt : std::optional<T>(out);
}

template <std::integral T>
constexpr std::optional<T> checked_sub(T a, T b) {
    T out{};
    return __builtin_sub_overflow(a, b, &out) ? std::nullopt : std::optional<T>(out);
}

template <std::integral T>
constexpr std::optional<T> checked_mul(T a, T b) {
    T out{};
    return __builtin_mul_overflow(a, b, &out) ? std::nullopt : std::optional<T>(out);
}

}  // namespace keel
