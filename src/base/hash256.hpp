// 32-byte hashes, one type per meaning. Bytes are in serialization order; hex is shown reversed, as the field does.
#pragma once

#include <cstring>

#include "base/bytes.hpp"
#include "base/endian.hpp"

namespace keel {

template <class Tag>
struct Hash256 {
    std::array<std::byte, 32> bytes{};

    auto operator<=>(const Hash256&) const = default;

    [[nodiscard]] bool is_zero() const {
        return std::ranges::all_of(bytes, [](std::byte b) { return b == std::byte{0}; });
    }
    [[nodiscard]] ByteSpan span() const { return bytes; }
    // `from` must hold at least 32 bytes.
    static Hash256 from(const std::byte* from) {
        Hash256 out;
        std::memcpy(out.bytes.data(), from, 32);
        return out;
    }
};

// A hash of no particular meaning, such as the output of crypto::sha256.
using RawHash = Hash256<struct RawHashTag>;

// Changes the meaning of a hash; each use is a statement that the bytes are that.
template <class To, class From>
To hash_cast(const From& hash) {
    To out;
    out.bytes = hash.bytes;
    return out;
}

// For containers whose keys an attacker cannot choose freely; otherwise use a salted hasher.
struct HashPrefix {
    template <class Tag>
    std::size_t operator()(const Hash256<Tag>& h) const noexcept {
        return load_le<std::size_t>(h.bytes.data());
    }
};

}  // namespace keel
