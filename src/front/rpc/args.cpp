#include "front/rpc/args.hpp"

#include <boost/json/value.hpp>

#include "base/assert.hpp"
#include "base/hex.hpp"
#include "front/rpc/json_text.hpp"

namespace keel::rpc {
namespace {

std::string_view view(const boost::json::string& text) { return {text.data(), text.size()}; }

}  // namespace

bool Args::has(std::size_t index) const {
    return index < values_.size() && values_[index] != nullptr && !values_[index]->is_null();
}

std::string_view Args::text(std::size_t index) const {
    KEEL_ASSERT(is_text(index));
    return view(at(index).get_string());
}

bool Args::boolean(std::size_t index, bool otherwise) const {
    return is_boolean(index) ? at(index).get_bool() : otherwise;
}

bool Args::is_boolean(std::size_t index) const { return has(index) && at(index).is_bool(); }

bool Args::is_number(std::size_t index) const { return has(index) && at(index).is_number(); }

bool Args::is_text(std::size_t index) const { return has(index) && at(index).is_string(); }

template <class T>
Outcome<T> Args::integer(std::size_t index) const {
    KEEL_ASSERT(is_number(index));
    boost::json::error_code error;
    const T out = at(index).is_double() ? T{} : at(index).to_number<T>(error);
    if (error || at(index).is_double()) {
        return fail(ErrorCode::misc, "JSON integer out of range");
    }
    return out;
}

template Outcome<std::int32_t> Args::integer<std::int32_t>(std::size_t) const;
template Outcome<std::int64_t> Args::integer<std::int64_t>(std::size_t) const;
template Outcome<std::uint32_t> Args::integer<std::uint32_t>(std::size_t) const;

Outcome<std::vector<std::string_view>> Args::texts(std::size_t index) const {
    std::vector<std::string_view> out;
    for (const boost::json::value& element : at(index).as_array()) {
        if (!element.is_string()) {
            return fail(ErrorCode::type, "JSON value is not a string as expected");
        }
        out.push_back(view(element.get_string()));
    }
    return out;
}

std::string Args::json(std::size_t index) const { return has(index) ? json_text(at(index)) : "null"; }

Outcome<std::array<std::byte, 32>> Args::hash_bytes(std::size_t index, std::string_view name) const {
    if (!is_text(index)) {
        return fail(ErrorCode::type, "JSON value is not a string as expected");
    }
    const std::string digits(text(index));
    if (const auto hash = hash_from_hex<RawHash>(digits)) {
        return hash->bytes;
    }
    if (digits.size() != 64) {
        return fail(ErrorCode::invalid_parameter, std::string(name) + " must be of length 64 (not " +
                                                      std::to_string(digits.size()) + ", for '" + digits + "')");
    }
    return fail(ErrorCode::invalid_parameter, std::string(name) + " must be hexadecimal string (not '" + digits + "')");
}

}  // namespace keel::rpc
