// Reading and writing the network serialization: bounded, canonical, without exceptions.
//
// A Reader walks a view and never past its end: the first violation makes it fail, after which every read returns a
// zero value and ok() is false, so that decoders check once per record instead of once per field. It allocates nothing.
#pragma once

#include <cstdint>

#include "base/bytes.hpp"
#include "base/endian.hpp"
#include "base/hash256.hpp"

namespace keel::primitives {

// Why bytes are not what they claim to be.
enum class DecodeError : std::uint8_t {
    truncated,            // the record ends after the bytes do
    trailing_bytes,       // bytes are left over behind the record
    non_canonical_size,   // a CompactSize in a longer form than its value needs
    size_too_large,       // a count or length above its named limit
    superfluous_witness,  // segwit marker although no input has a witness (BIP144)
    unknown_flags,        // segwit flag byte with bits nobody has defined (BIP144)
};

// One lower-case phrase for logs and error messages.
const char* describe(DecodeError error);

// Upper bound of every CompactSize length on the network (32 MiB), as all implementations have it.
inline constexpr std::uint64_t kMaxSize = 0x02000000;

class Reader {
public:
    explicit Reader(ByteSpan data) : data_(data) {}

    [[nodiscard]] bool ok() const { return !failed_; }
    // Meaningful only when !ok().
    [[nodiscard]] DecodeError error() const { return error_; }
    // Records a violation found by the caller; the first one stays.
    void fail(DecodeError error);

    [[nodiscard]] std::size_t position() const { return position_; }
    [[nodiscard]] std::size_t remaining() const { return data_.size() - position_; }
    [[nodiscard]] ByteSpan data() const { return data_; }

    template <std::integral T>
    T read() {
        const ByteSpan bytes = take(sizeof(T));
        return bytes.empty() ? T{} : load_le<T>(bytes.data());
    }
    template <std::unsigned_integral T>
    T read_be() {
        return byteswap(read<T>());
    }
    template <class HashType>
    HashType read_hash() {
        const ByteSpan bytes = take(32);
        return bytes.empty() ? HashType{} : HashType::from(bytes.data());
    }
    bool read_bool() { return read<std::uint8_t>() != 0; }

    // Canonical CompactSize of at most `limit` (inclusive).
    std::uint64_t read_compact_size(std::uint64_t limit = kMaxSize);
    // A count of records that take at least `min_bytes` each: fails before anybody allocates for more than can be
    // there.
    std::size_t read_count(std::uint64_t limit, std::size_t min_bytes);
    // CompactSize length, then that many bytes; the view is into the data read.
    ByteSpan read_var_bytes(std::uint64_t limit = kMaxSize);
    // The next n bytes, or an empty view and a failed reader.
    ByteSpan take(std::size_t n) {
        if (failed_ || n > remaining()) [[unlikely]] {
            fail(DecodeError::truncated);
            return {};
        }
        position_ += n;
        return data_.subspan(position_ - n, n);
    }
    void skip(std::size_t n) { take(n); }
    // Fails unless everything was read.
    void expect_end();

private:
    ByteSpan data_;
    std::size_t position_ = 0;
    bool failed_ = false;
    DecodeError error_{};
};

class Writer {
public:
    explicit Writer(Bytes& out) : out_(out) {}

    template <std::integral T>
    void write(T value) {
        std::array<std::byte, sizeof(T)> bytes;
        store_le(bytes.data(), value);
        write_bytes(bytes);
    }
    template <std::unsigned_integral T>
    void write_be(T value) {
        write(byteswap(value));
    }
    template <class Tag>
    void write_hash(const Hash256<Tag>& hash) {
        write_bytes(hash.bytes);
    }
    void write_bytes(ByteSpan bytes) { append(out_, bytes); }
    void write_compact_size(std::uint64_t value);
    void write_var_bytes(ByteSpan bytes);

private:
    Bytes& out_;
};

// Bytes that write_compact_size() takes for this value: 1, 3, 5 or 9.
std::size_t compact_size_length(std::uint64_t value);

}  // namespace keel::primitives
