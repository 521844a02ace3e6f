#include "front/rpc/json_values.hpp"

#include <array>
#include <charconv>

#include <boost/json/value.hpp>

#include "base/assert.hpp"
#include "base/checked.hpp"
#include "base/hex.hpp"

namespace keel::rpc {
namespace {

namespace json = boost::json;

constexpr int kAmountPlaces = 8;

Failure<Error> wrong_type(const json::value& value, const char* expected) {
    return fail(ErrorCode::type,
                std::string("JSON value of type ") + type_name(value) + " is not of expected type " + expected);
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The shortest text that gives the same number again.
std::string number_text(const json::value& value) {
    std::array<char, 40> digits;
    char* const begin = digits.data();
    char* const end = begin + digits.size();
    if (const auto* number = value.if_int64()) {
        return {begin, std::to_chars(begin, end, *number).ptr};
    }
    if (const auto* number = value.if_uint64()) {
        return {begin, std::to_chars(begin, end, *number).ptr};
    }
    return {begin, std::to_chars(begin, end, value.get_double()).ptr};
}

// mantissa * 10^exponent, as written; nothing when the text is no JSON number or has too many digits.
struct Decimal {
    std::int64_t mantissa = 0;
    int exponent = 0;
};

class DecimalReader {
public:
    explicit DecimalReader(std::string_view text) : rest_(text) {}

    std::optional<Decimal> read() {
        const bool negative = take('-');
        if (rest_.empty() || !is_digit(rest_[0])) {
            return std::nullopt;
        }
        const bool zero_first = rest_[0] == '0';
        const std::size_t whole = digits(0);
        if (zero_first && whole > 1) {
            return std::nullopt;
        }
        if (take('.') && digits(-1) == 0) {
            return std::nullopt;
        }
        if ((take('e') || take('E')) && !exponent()) {
            return std::nullopt;
        }
        if (!rest_.empty() || overflow_) {
            return std::nullopt;
        }
        out_.mantissa = negative ? -out_.mantissa : out_.mantissa;
        return out_;
    }

private:
    static constexpr std::int64_t kMantissaMax = 999'999'999'999'999'999;
    static constexpr int kExponentMax = 1'000;

    bool take(char c) {
        if (!rest_.starts_with(c)) {
            return false;
        }
        rest_.remove_prefix(1);
        return true;
    }

    // Zeroes at the end stay out of the mantissa, however many there are.
    std::size_t digits(int exponent_step) {
        std::size_t count = 0;
        for (; !rest_.empty() && is_digit(rest_[0]); rest_.remove_prefix(1), ++count) {
            out_.exponent += exponent_step;
            if (rest_[0] == '0') {
                ++zeroes_;
                out_.exponent += 1;
                continue;
            }
            for (int i = 0; i <= zeroes_ && !overflow_; ++i) {
                overflow_ = out_.mantissa > kMantissaMax / 10;
                out_.mantissa *= 10;
            }
            out_.exponent -= zeroes_;
            zeroes_ = 0;
            out_.mantissa += rest_[0] - '0';
        }
        return count;
    }

    bool exponent() {
        const bool negative = !take('+') && take('-');
        int number = 0;
        const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), number);
        if (error != std::errc() || number < 0 || number > kExponentMax || rest_.starts_with('-')) {
            return false;
        }
        rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
        out_.exponent += negative ? -number : number;
        return true;
    }

    std::string_view rest_;
    Decimal out_;
    int zeroes_ = 0;  // seen since the last other digit; counted in the exponent
    bool overflow_ = false;
};

}  // namespace

const char* type_name(const json::value& value) {
    switch (value.kind()) {
        case json::kind::null: return "null";
        case json::kind::bool_: return "bool";
        case json::kind::string: return "string";
        case json::kind::array: return "array";
        case json::kind::object: return "object";
        default: return "number";
    }
}

std::string_view text_of(const json::value& value) {
    KEEL_ASSERT(value.is_string());
    return {value.get_string().data(), value.get_string().size()};
}

Outcome<std::string> string_of(const json::value& value) {
    if (!value.is_string()) {
        return wrong_type(value, "string");
    }
    return std::string(text_of(value));
}

Outcome<bool> boolean_of(const json::value& value) {
    if (!value.is_bool()) {
        return wrong_type(value, "bool");
    }
    return value.get_bool();
}

template <class T>
Outcome<T> integer_of(const json::value& value) {
    if (!value.is_number()) {
        return wrong_type(value, "number");
    }
    json::error_code error;
    const T out = value.is_double() ? T{} : value.to_number<T>(error);
    if (error || value.is_double()) {
        return fail(ErrorCode::misc, "JSON integer out of range");
    }
    return out;
}

template Outcome<std::int32_t> integer_of<std::int32_t>(const json::value&);
template Outcome<std::int64_t> integer_of<std::int64_t>(const json::value&);
template Outcome<std::uint32_t> integer_of<std::uint32_t>(const json::value&);
template Outcome<std::uint64_t> integer_of<std::uint64_t>(const json::value&);

std::optional<std::int64_t> parse_fixed_point(std::string_view text, int places) {
    const auto decimal = DecimalReader(text).read();
    if (!decimal) {
        return std::nullopt;
    }
    std::int64_t out = decimal->mantissa;
    if (out == 0) {
        return 0;
    }
    for (int exponent = decimal->exponent + places; exponent != 0; --exponent) {
        const auto next = exponent < 0 ? std::nullopt : checked_mul(out, std::int64_t{10});
        if (!next) {
            return std::nullopt;
        }
        out = *next;
    }
    return out;
}

Outcome<primitives::Amount> amount_of(const json::value& value) {
    if (!value.is_number() && !value.is_string()) {
        return fail(ErrorCode::type, "Amount is not a number or string");
    }
    const auto satoshi =
        parse_fixed_point(value.is_string() ? std::string(text_of(value)) : number_text(value), kAmountPlaces);
    if (!satoshi) {
        return fail(ErrorCode::type, "Invalid amount");
    }
    primitives::Amount out(*satoshi);
    if (!out.is_valid()) {
        return fail(ErrorCode::type, "Amount out of range");
    }
    return out;
}

Outcome<Bytes> hex_of(const json::value& value, std::string_view name) {
    const std::string_view digits = value.is_string() ? text_of(value) : std::string_view();
    auto bytes = digits.empty() && !value.is_string() ? std::nullopt : from_hex(digits);
    if (!bytes || digits.empty()) {
        return fail(ErrorCode::invalid_parameter,
                    std::string(name) + " must be hexadecimal string (not '" + std::string(digits) + "')");
    }
    return std::move(*bytes);
}

Outcome<RawHash> hash_of(std::string_view digits, std::string_view name) {
    if (const auto hash = hash_from_hex<RawHash>(digits)) {
        return *hash;
    }
    if (digits.size() != 64) {
        return fail(ErrorCode::invalid_parameter, std::string(name) + " must be of length 64 (not " +
                                                      std::to_string(digits.size()) + ", for '" + std::string(digits) +
                                                      "')");
    }
    return fail(ErrorCode::invalid_parameter,
                std::string(name) + " must be hexadecimal string (not '" + std::string(digits) + "')");
}

Outcome<RawHash> hash_of(const json::value& value, std::string_view name) {
    if (!value.is_string()) {
        return wrong_type(value, "string");
    }
    return hash_of(text_of(value), name);
}

const json::value* member(const json::value& object, std::string_view name) {
    const json::value* found =
        object.is_object() ? object.get_object().if_contains({name.data(), name.size()}) : nullptr;
    return found != nullptr && !found->is_null() ? found : nullptr;
}

}  // namespace keel::rpc
