#include "rules/script/script_number.hpp"

#include "base/assert.hpp"

namespace keel::script {

namespace {

constexpr std::byte kSignBit{0x80};

bool is_minimal(ByteSpan bytes) {
    if (bytes.empty() || (bytes.back() & ~kSignBit) != std::byte{0}) {
        return true;
    }
    // A last byte with nothing but the sign is needed only where the byte before it occupies the sign's place.
    return bytes.size() > 1 && (bytes[bytes.size() - 2] & kSignBit) != std::byte{0};
}

}  // namespace

std::optional<std::int64_t> decode_number(ByteSpan bytes, Minimal minimal, std::size_t size_max) {
    KEEL_ASSERT(size_max <= 8);
    if (bytes.size() > size_max || (minimal == Minimal::required && !is_minimal(bytes))) {
        return std::nullopt;
    }
    if (bytes.empty()) {
        return 0;
    }
    std::uint64_t magnitude = 0;
    for (std::size_t i = bytes.size(); i-- > 0;) {
        const bool last = i + 1 == bytes.size();
        magnitude = magnitude << 8U | std::to_integer<std::uint64_t>(last ? bytes[i] & ~kSignBit : bytes[i]);
    }
    const auto value = static_cast<std::int64_t>(magnitude);
    return (bytes.back() & kSignBit) != std::byte{0} ? -value : value;
}

EncodedNumber::EncodedNumber(std::int64_t value) {
    const bool negative = value < 0;
    auto magnitude = static_cast<std::uint64_t>(value);
    if (negative) {
        magnitude = 0 - magnitude;
    }
    for (; magnitude != 0; magnitude >>= 8U) {
        bytes_[size_++] = static_cast<std::byte>(magnitude & 0xFFU);
    }
    if (size_ == 0) {
        return;
    }
    if ((bytes_[size_ - 1] & kSignBit) != std::byte{0}) {
        ++size_;
    }
    if (negative) {
        bytes_[size_ - 1] |= kSignBit;
    }
}

bool cast_to_bool(ByteSpan bytes) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (bytes[i] != std::byte{0}) {
            return i + 1 != bytes.size() || bytes[i] != kSignBit;
        }
    }
    return false;
}

}  // namespace keel::script
