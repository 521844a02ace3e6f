// Writes JSON as it is produced: no tree, no copy, amounts exact to the satoshi, integers never through floating point.
//
// Text that is not UTF-8 is made so: each stray byte becomes U+FFFD. Nesting up to kDepthMax (asserted). The caller
// keeps the grammar: a value after each key, begin and end in pairs.
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/hash256.hpp"
#include "base/strong.hpp"
#include "rules/primitives/amount.hpp"

namespace keel::rpc {

class JsonWriter {
public:
    static constexpr std::size_t kDepthMax = 32;

    explicit JsonWriter(std::string& out) : out_(out) {}

    void begin_object() { open('{'); }
    void end_object() { close('}'); }
    void begin_array() { open('['); }
    void end_array() { close(']'); }
    void key(std::string_view name);

    void value(std::nullptr_t);
    void value(std::string_view text);
    void value(const char* text) { value(std::string_view(text)); }
    void value(const std::string& text) { value(std::string_view(text)); }
    // 16 significant digits, as other node software prints them; must be finite.
    void value(double number);
    // In bitcoin, with eight decimals.
    void value(primitives::Amount amount);
    template <std::integral T>
    void value(T number) {
        if constexpr (std::same_as<T, bool>) {
            plain(number ? "true" : "false");
        } else if constexpr (std::signed_integral<T>) {
            integer(std::int64_t{number});
        } else {
            integer(std::uint64_t{number});
        }
    }
    template <class Tag, std::integral Rep>
    void value(Strong<Tag, Rep> number) {
        value(number.value());
    }
    // In display order.
    template <class Tag>
    void value(const Hash256<Tag>& hash) {
        reversed_hex(hash.bytes);
    }
    void hex(ByteSpan bytes);
    // Text that is JSON already.
    void raw(std::string_view json) { plain(json); }

    template <class T>
    void field(std::string_view name, const T& content) {
        key(name);
        value(content);
    }
    void field_hex(std::string_view name, ByteSpan bytes) {
        key(name);
        hex(bytes);
    }

private:
    void open(char bracket);
    void close(char bracket);
    // Puts the comma before a value where one is due.
    void separate();
    void plain(std::string_view json);
    void integer(std::int64_t number);
    void integer(std::uint64_t number);
    void reversed_hex(ByteSpan bytes);
    void quoted(std::string_view text);

    std::string& out_;
    std::array<bool, kDepthMax + 1> has_items_{};
    std::size_t depth_ = 0;
    bool after_key_ = false;
};

// "-12.34567890"
std::string amount_text(primitives::Amount amount);

}  // namespace keel::rpc
