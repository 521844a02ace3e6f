// The arguments of one call, in the order of the method's table row. Types were checked against that row before.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/fwd.hpp>

#include "base/bytes.hpp"
#include "front/rpc/error.hpp"

namespace keel::rpc {

class Args {
public:
    using Json = boost::json::value;

    // Pointers may be null: not given. The values outlive this.
    explicit Args(std::vector<const Json*> values) : values_(std::move(values)) {}

    // Given, and not null.
    [[nodiscard]] bool has(std::size_t index) const;
    // A string argument; its type was checked.
    [[nodiscard]] std::string_view text(std::size_t index) const;
    [[nodiscard]] bool boolean(std::size_t index, bool otherwise) const;
    // A number without fraction that fits in T: int, std::int64_t and others of args.cpp.
    template <class T>
    [[nodiscard]] Outcome<T> integer(std::size_t index) const;
    template <class T>
    [[nodiscard]] Outcome<T> integer(std::size_t index, T otherwise) const {
        return has(index) ? integer<T>(index) : Outcome<T>(otherwise);
    }
    [[nodiscard]] bool is_boolean(std::size_t index) const;
    [[nodiscard]] bool is_number(std::size_t index) const;
    [[nodiscard]] bool is_text(std::size_t index) const;
    // The elements of an array argument, which must all be strings.
    [[nodiscard]] Outcome<std::vector<std::string_view>> texts(std::size_t index) const;

    // Any argument; it must be given.
    [[nodiscard]] const Json& value(std::size_t index) const { return at(index); }
    // How many were given, nulls and gaps before the last one included.
    [[nodiscard]] std::size_t count() const { return values_.size(); }
    // Any argument as JSON; "null" when it was not given.
    [[nodiscard]] std::string json(std::size_t index) const;

    // 64 hexadecimal digits; `name` is for the error message.
    template <class HashType>
    [[nodiscard]] Outcome<HashType> hash(std::size_t index, std::string_view name) const {
        KEEL_TRY(const auto bytes, hash_bytes(index, name));
        HashType out;
        out.bytes = bytes;
        return out;
    }

private:
    [[nodiscard]] const Json& at(std::size_t index) const { return *values_[index]; }
    [[nodiscard]] Outcome<std::array<std::byte, 32>> hash_bytes(std::size_t index, std::string_view name) const;

    std::vector<const Json*> values_;
};

}  // namespace keel::rpc
