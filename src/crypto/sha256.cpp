#include "crypto/sha256.hpp"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include <cstring>
#include <vector>

#include "base/endian.hpp"
#include "crypto/sha256_kernel_list.hpp"

namespace keel::crypto {
namespace {

RawHash hash_of(const Sha256State& state) {
    RawHash out;
    for (std::size_t i = 0; i < 8; ++i) {
        store_le(out.bytes.data() + 4 * i, __builtin_bswap32(state[i]));
    }
    return out;
}

// Appends the padding of FIPS 180-4, 5.1.1 to the `used` bytes at the start of `tail`; returns how many blocks it has.
std::size_t pad(std::array<std::byte, 128>& tail, std::size_t used, std::uint64_t length) {
    const std::size_t blocks = used < 56 ? 1 : 2;
    std::memset(tail.data() + used, 0, blocks * 64 - used);
    tail[used] = std::byte{0x80};
    store_le(tail.data() + blocks * 64 - 8, __builtin_bswap64(length * 8));
    return blocks;
}

#if defined(__x86_64__)
bool has_sha_extensions() {
    unsigned a = 0;
    unsigned b = 0;
    unsigned c = 0;
    unsigned d = 0;
    constexpr unsigned kShaBit = 1U << 29U;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (b & kShaBit) != 0 && __builtin_cpu_supports("sse4.1");
}
#endif

std::vector<Sha256Kernel> detect() {
    std::vector<Sha256Kernel> out;
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (has_sha_extensions()) {
        out.push_back(kSha256ShaNi);
    }
    if (__builtin_cpu_supports("avx2")) {
        out.push_back(kSha256Avx2);
    }
#endif
    out.push_back(kSha256Portable);
    return out;
}

}  // namespace

std::span<const Sha256Kernel> sha256_kernels() {
    static const std::vector<Sha256Kernel> kKernels = detect();
    return kKernels;
}

const Sha256Kernel& sha256_kernel() { return sha256_kernels().front(); }

Sha256::Sha256() : state_(kSha256Start) {}

Sha256& Sha256::write(ByteSpan data) {
    const std::size_t used = length_ % 64;
    length_ += data.size();
    if (used != 0) {
        const std::size_t n = std::min(data.size(), 64 - used);
        std::copy_n(data.begin(), n, buffer_.begin() + static_cast<std::ptrdiff_t>(used));
        data = data.subspan(n);
        if (used + n < 64) {
            return *this;
        }
        sha256_kernel().compress(state_, buffer_.data(), 1);
    }
    if (data.size() >= 64) {
        sha256_kernel().compress(state_, data.data(), data.size() / 64);
        data = data.last(data.size() % 64);
    }
    std::ranges::copy(data, buffer_.begin());
    return *this;
}

RawHash Sha256::finish() {
    std::array<std::byte, 128> tail;
    const std::size_t used = length_ % 64;
    std::copy_n(buffer_.begin(), used, tail.begin());
    const std::size_t blocks = pad(tail, used, length_);
    sha256_kernel().compress(state_, tail.data(), blocks);
    return hash_of(state_);
}

RawHash sha256(ByteSpan data) {
    Sha256State state = kSha256Start;
    const Sha256Kernel& kernel = sha256_kernel();
    const std::size_t rest = data.size() % 64;
    kernel.compress(state, data.data(), data.size() / 64);
    std::array<std::byte, 128> tail;
    std::ranges::copy(data.last(rest), tail.begin());
    const std::size_t blocks = pad(tail, rest, data.size());
    kernel.compress(state, tail.data(), blocks);
    return hash_of(state);
}

RawHash sha256d(ByteSpan data) { return sha256(sha256(data).bytes); }

Sha256 tagged_hasher(std::string_view tag) {
    const RawHash tag_hash = sha256(as_bytes(tag));
    Sha256 out;
    out.write(tag_hash.bytes).write(tag_hash.bytes);
    return out;
}

RawHash tagged_hash(std::string_view tag, ByteSpan data) { return tagged_hasher(tag).write(data).finish(); }

}  // namespace keel::crypto
