// Feeds integers and length-prefixed bytes to SHA-256, in the encodings of the network serialization.
#pragma once

#include "base/endian.hpp"
#include "crypto/sha256.hpp"

namespace keel::script {

class HashWriter {
public:
    HashWriter() = default;
    explicit HashWriter(const crypto::Sha256& start) : state_(start) {}

    HashWriter& bytes(ByteSpan data) {
        state_.write(data);
        return *this;
    }
    template <class Tag>
    HashWriter& hash(const Hash256<Tag>& h) {
        return bytes(h.bytes);
    }
    template <std::integral T>
    HashWriter& integer(T value) {
        std::array<std::byte, sizeof(T)> le;
        store_le(le.data(), value);
        return bytes(le);
    }
    HashWriter& compact_size(std::size_t value);
    // Length, then the bytes.
    HashWriter& var_bytes(ByteSpan data) { return compact_size(data.size()).bytes(data); }

    [[nodiscard]] const crypto::Sha256& state() const { return state_; }
    RawHash single_hash() { return state_.finish(); }
    RawHash double_hash() { return crypto::sha256(state_.finish().bytes); }

private:
    crypto::Sha256 state_;
};

}  // namespace keel::script
