// Reading parsed JSON: the types that arguments and their members may have, with the errors that clients expect.
//
// Amounts are exact: a decimal of up to eight places and below 2^53 satoshi survives a correctly rounded double and its
// shortest text (json_parse.hpp rounds correctly), and more places are refused.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json/fwd.hpp>

#include "base/bytes.hpp"
#include "base/hash256.hpp"
#include "front/rpc/error.hpp"
#include "rules/primitives/amount.hpp"

namespace keel::rpc {

// "null", "bool", "string", "array", "object", "number".
const char* type_name(const boost::json::value& value);

// A string's content; asserts that it is one.
std::string_view text_of(const boost::json::value& value);
// The same with an error for other types.
[[nodiscard]] Outcome<std::string> string_of(const boost::json::value& value);
[[nodiscard]] Outcome<bool> boolean_of(const boost::json::value& value);
// A number without fraction that fits in T: int and 64-bit, signed and unsigned.
template <class T>
[[nodiscard]] Outcome<T> integer_of(const boost::json::value& value);
// Bitcoin as a number or a string, 0 to 21 million.
[[nodiscard]] Outcome<primitives::Amount> amount_of(const boost::json::value& value);
// `text` as a decimal in units of 10^-places; nothing when it is none or has more places.
[[nodiscard]] std::optional<std::int64_t> parse_fixed_point(std::string_view text, int places);
// Hexadecimal text of any length; `name` is for the error.
[[nodiscard]] Outcome<Bytes> hex_of(const boost::json::value& value, std::string_view name);
// 64 digits in display order.
[[nodiscard]] Outcome<RawHash> hash_of(const boost::json::value& value, std::string_view name);
[[nodiscard]] Outcome<RawHash> hash_of(std::string_view digits, std::string_view name);

// A member that is there and not null; null otherwise.
const boost::json::value* member(const boost::json::value& object, std::string_view name);

}  // namespace keel::rpc
