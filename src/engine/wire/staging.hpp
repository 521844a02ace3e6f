// Bytes of a stream that were received and not yet understood: one read's worth, and whatever was left of the last.
//
// Holds no memory while empty, so that a silent peer costs none. Private to this room's transports.
#pragma once

#include <memory>

#include "base/bytes.hpp"

namespace keel::wire {

// One read of a socket at most.
inline constexpr std::size_t kStagingBytes = 64 * 1024;

class Staging {
public:
    // Where the next bytes go. What is there already must be less than kStagingBytes.
    MutableByteSpan room();
    // The first n bytes of room() are there now; none: the room is given back.
    void filled(std::size_t n);

    [[nodiscard]] ByteSpan view() const { return {buffer_.get() + begin_, end_ - begin_}; }
    // The same, for decrypting in place.
    [[nodiscard]] MutableByteSpan mutable_view() { return {buffer_.get() + begin_, end_ - begin_}; }
    [[nodiscard]] std::size_t size() const { return end_ - begin_; }
    // The first n bytes are understood.
    void consume(std::size_t n);
    void clear() { consume(size()); }

private:
    std::unique_ptr<std::byte[]> buffer_;  // kStagingBytes, or none
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

// A payload's buffer starts at this size (or its own) and grows fourfold as it fills: a peer that promises four
// megabytes and sends none holds no more of our memory than that.
inline constexpr std::size_t kFirstPayloadBytes = 256 * 1024;

// Makes room in `payload`, which will have `size` bytes in the end, for the first `needed`.
void grow_payload(Bytes& payload, std::size_t needed, std::size_t size);

}  // namespace keel::wire
