// Expected failures are values: Result<T, E> holds either a T or the reason E why there is none.
#pragma once

#include <expected>
#include <utility>

namespace keel {

template <class T, class E>
using Result = std::expected<T, E>;

template <class E>
using Failure = std::unexpected<E>;

}  // namespace keel

#define KEEL_CONCAT_INNER(a, b) a##b
#define KEEL_CONCAT(a, b) KEEL_CONCAT_INNER(a, b)

#define KEEL_TRY_INNER(result, declaration, expression)    \
    auto result = (expression);                            \
    if (!result) {                                         \
        return std::unexpected(std::move(result).error()); \
    }                                                      \
    declaration = *std::move(result)

// KEEL_TRY(auto value, may_fail()): binds the value, or returns the error from the enclosing function.
#define KEEL_TRY(declaration, expression) KEEL_TRY_INNER(KEEL_CONCAT(keel_try_, __LINE__), declaration, expression)

#define KEEL_CHECK_INNER(result, expression)               \
    if (auto result = (expression); !result) {             \
        return std::unexpected(std::move(result).error()); \
    }                                                      \
    static_assert(true, "a semicolon follows")

// KEEL_CHECK(may_fail()): for results without a value.
#define KEEL_CHECK(expression) KEEL_CHECK_INNER(KEEL_CONCAT(keel_check_, __LINE__), expression)
