#include "engine/wire/staging.hpp"

#include <cstring>

#include "base/assert.hpp"

namespace keel::wire {

MutableByteSpan Staging::room() {
    if (!buffer_) buffer_ = std::make_unique_for_overwrite<std::byte[]>(kStagingBytes);
    const std::size_t left = size();
    KEEL_ASSERT(left < kStagingBytes);
    if (begin_ > 0) std::memmove(buffer_.get(), buffer_.get() + begin_, left);
    begin_ = 0;
    end_ = left;
    return {buffer_.get() + end_, kStagingBytes - end_};
}

void Staging::filled(std::size_t n) {
    KEEL_ASSERT(n <= kStagingBytes - end_);
    end_ += n;
    if (size() == 0) clear();
}

void Staging::consume(std::size_t n) {
    KEEL_ASSERT(n <= size());
    begin_ += n;
    if (begin_ < end_) return;
    buffer_.reset();
    begin_ = end_ = 0;
}

void grow_payload(Bytes& payload, std::size_t needed, std::size_t size) {
    if (payload.size() >= needed) return;
    const std::size_t grown = std::min(size, std::max(kFirstPayloadBytes, 4 * payload.size()));
    payload.reserve(grown);  // exactly that; resize() alone might take more
    payload.resize(grown);
}

}  // namespace keel::wire
