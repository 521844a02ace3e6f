#include "front/rpc/args.hpp"

#include <boost/json/value.hpp>

#include "base/assert.hpp"
#include "front/rpc/json_text.hpp"
#include "front/rpc/json_values.hpp"

namespace keel::rpc {
bool Args::has(std::size_t index) const {
    return index < values_.size() && values_[index] != nullptr && !values_[index]->is_null();
}

std::string_view Args::text(std::size_t index) const {
    KEEL_ASSERT(is_text(index));
    return text_of(at(index));
}

bool Args::boolean(std::size_t index, bool otherwise) const {
    return is_boolean(index) ? at(index).get_bool() : otherwise;
}

bool Args::is_boolean(std::size_t index) const { return has(index) && at(index).is_bool(); }

bool Args::is_number(std::size_t index) const { return has(index) && at(index).is_number(); }

bool Args::is_text(std::size_t index) const { return has(index) && at(index).is_string(); }

template <class T>
Outcome<T> Args::integer(std::size_t index) const {
    return integer_of<T>(at(index));
}

template Outcome<std::int32_t> Args::integer<std::int32_t>(std::size_t) const;
template Outcome<std::int64_t> Args::integer<std::int64_t>(std::size_t) const;
template Outcome<std::uint32_t> Args::integer<std::uint32_t>(std::size_t) const;

Outcome<std::vector<std::string_view>> Args::texts(std::size_t index) const {
    std::vector<std::string_view> out;
    for (const boost::json::value& element : at(index).as_array()) {
        KEEL_CHECK(string_of(element));
        out.push_back(text_of(element));
    }
    return out;
}

std::string Args::json(std::size_t index) const { return has(index) ? json_text(at(index)) : "null"; }

Outcome<std::array<std::byte, 32>> Args::hash_bytes(std::size_t index, std::string_view name) const {
    KEEL_TRY(const RawHash hash, hash_of(at(index), name));
    return hash.bytes;
}

}  // namespace keel::rpc
