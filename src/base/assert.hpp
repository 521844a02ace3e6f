// KEEL_ASSERT: states what must hold whatever the outside world sends. On in every build; a violation prints and
// aborts.
#pragma once

namespace keel {

[[noreturn]] void assertion_failed(const char* expression, const char* file, int line);

}  // namespace keel

#define KEEL_ASSERT(condition)                                        \
    do {                                                              \
        if (!(condition)) [[unlikely]] {                              \
            ::keel::assertion_failed(#condition, __FILE__, __LINE__); \
        }                                                             \
    } while (false)
