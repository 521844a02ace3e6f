#include "rules/script/hash_writer.hpp"

namespace keel::script {

HashWriter& HashWriter::compact_size(std::size_t value) {
    if (value < 0xFD) {
        return integer(static_cast<std::uint8_t>(value));
    }
    if (value <= 0xFFFF) {
        return integer(std::uint8_t{0xFD}).integer(static_cast<std::uint16_t>(value));
    }
    if (value <= 0xFFFFFFFF) {
        return integer(std::uint8_t{0xFE}).integer(static_cast<std::uint32_t>(value));
    }
    return integer(std::uint8_t{0xFF}).integer(static_cast<std::uint64_t>(value));
}

}  // namespace keel::script
