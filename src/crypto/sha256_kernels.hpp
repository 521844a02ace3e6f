// The implementations of SHA-256's compression function that this CPU can run.
//
// Library users need sha256.hpp only. Tests and benchmarks run every kernel here against every other; programs print
// sha256_kernel().name.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/bytes.hpp"
#include "crypto/sha256.hpp"

namespace keel::crypto {

using Sha256State = std::array<std::uint32_t, 8>;

inline constexpr Sha256State kSha256Start{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                          0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

struct Sha256Kernel {
    static constexpr std::size_t kLanesMax = 8;

    std::string_view name;
    // Streams that compress_lanes() advances together; at most kLanesMax.
    std::size_t lanes;
    // Advances one state over `count` consecutive 64-byte blocks.
    void (*compress)(Sha256State& state, const std::byte* blocks, std::size_t count);
    // Advances `lanes` independent states over `count` consecutive blocks each.
    void (*compress_lanes)(Sha256State* states, const std::byte* const* blocks, std::size_t count);
    // Double SHA-256 of `lanes` consecutive 64-byte inputs; reads all input before it writes any output.
    void (*double_64)(std::byte* out, const std::byte* in);
};

// Those that run here, fastest for bulk work first; never empty.
std::span<const Sha256Kernel> sha256_kernels();
// The one in use.
const Sha256Kernel& sha256_kernel();

// The bulk functions of sha256.hpp on a kernel of the caller's choice.
void sha256d_64(const Sha256Kernel& kernel, std::span<RawHash> out, ByteSpan in);
void sha256d_many(const Sha256Kernel& kernel, std::span<const Pieces> messages, std::span<RawHash> out);

}  // namespace keel::crypto
