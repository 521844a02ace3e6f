// Double SHA-256 of many messages: keeps every lane of a kernel busy although the messages differ in length.
#include <cstring>
#include <vector>

#include "base/assert.hpp"
#include "base/endian.hpp"
#include "crypto/sha256_kernels.hpp"

namespace keel::crypto {
namespace {

using Block = std::array<std::byte, 64>;

// One message on its way through a lane: its blocks in order, then the padding, then the second hash's only block.
class Lane {
public:
    [[nodiscard]] bool busy() const { return output_ != nullptr; }

    void start(const Pieces& message, RawHash& output) {
        pieces_ = message;
        piece_ = 0;
        length_ = message[0].size() + message[1].size() + message[2].size();
        left_ = length_ / 64 + ((length_ % 64) < 56 ? 1 : 2);
        marker_written_ = false;
        second_ = false;
        output_ = &output;
        skip_empty();
    }

    // A run of consecutive blocks that needs no copy, or one block put together in the lane's own buffer.
    struct Run {
        const std::byte* blocks;
        std::size_t count;
    };
    Run next() {
        if (second_) {
            return {buffer_.data(), 1};
        }
        if (piece_ < pieces_.size() && pieces_[piece_].size() >= 64) {
            return {pieces_[piece_].data(), pieces_[piece_].size() / 64};
        }
        if (!assembled_) {
            assemble();
        }
        return {buffer_.data(), 1};
    }

    // `count` blocks of the run have gone into `state`.
    void advance(std::size_t count, Sha256State& state) {
        if (second_) {
            write_state(output_->bytes.data(), state);
            output_ = nullptr;
            return;
        }
        if (assembled_) {
            assembled_ = false;
        } else {
            pieces_[piece_] = pieces_[piece_].subspan(64 * count);
            skip_empty();
        }
        left_ -= count;
        if (left_ == 0) {
            begin_second(state);
        }
    }

private:
    static void write_state(std::byte* out, const Sha256State& state) {
        for (std::size_t i = 0; i < 8; ++i) {
            store_le(out + 4 * i, __builtin_bswap32(state[i]));
        }
    }

    void skip_empty() {
        while (piece_ < pieces_.size() && pieces_[piece_].empty()) {
            ++piece_;
        }
    }

    // The next block crosses pieces or holds padding.
    void assemble() {
        std::size_t used = 0;
        while (used < 64 && piece_ < pieces_.size()) {
            ByteSpan& piece = pieces_[piece_];
            const std::size_t n = std::min(piece.size(), 64 - used);
            std::memcpy(buffer_.data() + used, piece.data(), n);
            piece = piece.subspan(n);
            used += n;
            skip_empty();
        }
        std::memset(buffer_.data() + used, 0, 64 - used);
        if (used < 64 && !marker_written_) {
            buffer_[used] = std::byte{0x80};
            marker_written_ = true;
        }
        if (left_ == 1) {
            store_le(buffer_.data() + 56, __builtin_bswap64(length_ * 8));
        }
        assembled_ = true;
    }

    void begin_second(Sha256State& state) {
        write_state(buffer_.data(), state);
        std::memset(buffer_.data() + 32, 0, 32);
        buffer_[32] = std::byte{0x80};
        buffer_[62] = std::byte{0x01};  // 256 bits
        state = kSha256Start;
        second_ = true;
    }

    Pieces pieces_;
    std::size_t piece_ = 0;
    std::uint64_t length_ = 0;
    std::size_t left_ = 0;  // blocks of the first hash not yet hashed
    bool marker_written_ = false;
    bool assembled_ = false;
    bool second_ = false;
    RawHash* output_ = nullptr;
    alignas(16) Block buffer_;
};

struct Lanes {
    std::array<Lane, Sha256Kernel::kLanesMax> lanes;
    std::array<Sha256State, Sha256Kernel::kLanesMax> states;
};

// The lanes that are still busy, alone: the tail, when fewer messages than lanes are left.
void drain(const Sha256Kernel& kernel, Lanes& all) {
    for (std::size_t i = 0; i < kernel.lanes; ++i) {
        Lane& lane = all.lanes[i];
        while (lane.busy()) {
            const Lane::Run run = lane.next();
            kernel.compress(all.states[i], run.blocks, run.count);
            lane.advance(run.count, all.states[i]);
        }
    }
}

// One step of all lanes, each of which is busy: as many blocks as the shortest run has.
void step(const Sha256Kernel& kernel, Lanes& all) {
    std::array<const std::byte*, Sha256Kernel::kLanesMax> blocks;
    std::size_t count = SIZE_MAX;
    for (std::size_t i = 0; i < kernel.lanes; ++i) {
        const Lane::Run run = all.lanes[i].next();
        blocks[i] = run.blocks;
        count = std::min(count, run.count);
    }
    kernel.compress_lanes(all.states.data(), blocks.data(), count);
    for (std::size_t i = 0; i < kernel.lanes; ++i) {
        all.lanes[i].advance(count, all.states[i]);
    }
}

struct Work {
    std::span<const Pieces> messages;
    std::span<RawHash> out;
    std::size_t next = 0;
};

// Gives each idle lane a message; false when there are too few left to occupy them all.
bool fill(const Sha256Kernel& kernel, Lanes& all, Work& work) {
    for (std::size_t i = 0; i < kernel.lanes; ++i) {
        if (all.lanes[i].busy()) {
            continue;
        }
        if (work.next == work.messages.size()) {
            return false;
        }
        all.states[i] = kSha256Start;
        all.lanes[i].start(work.messages[work.next], work.out[work.next]);
        ++work.next;
    }
    return true;
}

}  // namespace

void sha256d_64(const Sha256Kernel& kernel, std::span<RawHash> out, ByteSpan in) {
    KEEL_ASSERT(in.size() >= out.size() * 64);
    std::size_t i = 0;
    for (; i + kernel.lanes <= out.size(); i += kernel.lanes) {
        kernel.double_64(out[i].bytes.data(), in.data() + 64 * i);
    }
    for (; i < out.size(); ++i) {
        const Pieces rest{in.subspan(64 * i, 64), {}, {}};
        Lanes one;
        one.states[0] = kSha256Start;
        one.lanes[0].start(rest, out[i]);
        drain(kernel, one);
    }
}

void sha256d_many(const Sha256Kernel& kernel, std::span<const Pieces> messages, std::span<RawHash> out) {
    KEEL_ASSERT(messages.size() == out.size());
    Lanes all;
    Work work{messages, out};
    while (fill(kernel, all, work)) {
        step(kernel, all);
    }
    drain(kernel, all);
}

void sha256d_64(std::span<RawHash> out, ByteSpan in) { sha256d_64(sha256_kernel(), out, in); }

void sha256d_many(std::span<const Pieces> messages, std::span<RawHash> out) {
    sha256d_many(sha256_kernel(), messages, out);
}

}  // namespace keel::crypto
