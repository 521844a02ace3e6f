#include "rules/primitives/codec.hpp"

namespace keel::primitives {

const char* describe(DecodeError error) {
    switch (error) {
        case DecodeError::truncated: return "the data ends too early";
        case DecodeError::trailing_bytes: return "bytes are left over at the end";
        case DecodeError::non_canonical_size: return "a size is not in its shortest form";
        case DecodeError::size_too_large: return "a size exceeds its limit";
        case DecodeError::superfluous_witness: return "the witness marker is set but no input has a witness";
        case DecodeError::unknown_flags: return "an unknown transaction flag is set";
    }
    return "unknown decode error";
}

void Reader::fail(DecodeError error) {
    if (!failed_) {
        failed_ = true;
        error_ = error;
    }
}

std::uint64_t Reader::read_compact_size(std::uint64_t limit) {
    const auto first = read<std::uint8_t>();
    std::uint64_t value = first;
    std::uint64_t least = 0;  // the smallest value that needs this form
    switch (first) {
        case 0xFD:
            value = read<std::uint16_t>();
            least = 0xFD;
            break;
        case 0xFE:
            value = read<std::uint32_t>();
            least = 0x1'0000;
            break;
        case 0xFF:
            value = read<std::uint64_t>();
            least = 0x1'0000'0000;
            break;
        default: break;
    }
    if (!ok()) {
        return 0;
    }
    if (value < least) {
        fail(DecodeError::non_canonical_size);
        return 0;
    }
    if (value > limit) {
        fail(DecodeError::size_too_large);
        return 0;
    }
    return value;
}

std::size_t Reader::read_count(std::uint64_t limit, std::size_t min_bytes) {
    const std::uint64_t count = read_compact_size(limit);
    if (min_bytes > 0 && count > remaining() / min_bytes) {
        fail(DecodeError::truncated);
        return 0;
    }
    return static_cast<std::size_t>(count);
}

ByteSpan Reader::read_var_bytes(std::uint64_t limit) {
    const std::uint64_t length = read_compact_size(limit);
    return take(static_cast<std::size_t>(length));
}

void Reader::expect_end() {
    if (remaining() != 0) {
        fail(DecodeError::trailing_bytes);
    }
}

void Writer::write_compact_size(std::uint64_t value) {
    if (value < 0xFD) {
        write(static_cast<std::uint8_t>(value));
    } else if (value <= 0xFFFF) {
        write(std::uint8_t{0xFD});
        write(static_cast<std::uint16_t>(value));
    } else if (value <= 0xFFFF'FFFF) {
        write(std::uint8_t{0xFE});
        write(static_cast<std::uint32_t>(value));
    } else {
        write(std::uint8_t{0xFF});
        write(value);
    }
}

void Writer::write_var_bytes(ByteSpan bytes) {
    write_compact_size(bytes.size());
    write_bytes(bytes);
}

std::size_t compact_size_length(std::uint64_t value) {
    if (value < 0xFD) {
        return 1;
    }
    if (value <= 0xFFFF) {
        return 3;
    }
    return value <= 0xFFFF'FFFF ? 5 : 9;
}

}  // namespace keel::primitives
