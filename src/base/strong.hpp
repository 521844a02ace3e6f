// Strong integers: a number that cannot be mixed up with another kind of number.
//
// Strong<Tag, Rep> compares, hashes and steps, and subtracts to a plain Rep (a distance); it adds only distances.
// Arithmetic is that of Rep: callers stay within its range (checked.hpp where input decides).
#pragma once

#include <compare>
#include <cstddef>
#include <functional>

namespace keel {

template <class Tag, class Rep>
class Strong {
public:
    constexpr Strong() = default;
    constexpr explicit Strong(Rep value) : value_(value) {}

    [[nodiscard]] constexpr Rep value() const { return value_; }

    constexpr auto operator<=>(const Strong&) const = default;

    constexpr Strong& operator++() {
        ++value_;
        return *this;
    }
    constexpr Strong& operator--() {
        --value_;
        return *this;
    }
    friend constexpr Strong operator+(Strong a, Rep distance) { return Strong(static_cast<Rep>(a.value_ + distance)); }
    friend constexpr Strong operator-(Strong a, Rep distance) { return Strong(static_cast<Rep>(a.value_ - distance)); }
    friend constexpr Rep operator-(Strong a, Strong b) { return static_cast<Rep>(a.value_ - b.value_); }

private:
    Rep value_{};
};

}  // namespace keel

template <class Tag, class Rep>
struct std::hash<keel::Strong<Tag, Rep>> {
    std::size_t operator()(keel::Strong<Tag, Rep> v) const noexcept { return std::hash<Rep>{}(v.value()); }
};
