// Every SHA-256 kernel of this CPU gives the same hashes, however the input is cut into messages and pieces.
#include "base/assert.hpp"
#include "crypto/sha256_kernels.hpp"

namespace {

using namespace keel;
using crypto::Pieces;

// Cuts the input into messages: one length byte for each of a message's three pieces.
std::vector<Pieces> cut(ByteSpan in) {
    std::vector<Pieces> out;
    while (in.size() > 3) {
        Pieces message;
        const std::array<std::byte, 3> lengths{in[0], in[1], in[2]};
        in = in.subspan(3);
        for (std::size_t i = 0; i < 3; ++i) {
            const std::size_t size = std::min(in.size(), std::to_integer<std::size_t>(lengths[i]));
            message[i] = in.first(size);
            in = in.subspan(size);
        }
        out.push_back(message);
    }
    return out;
}

RawHash plain(const Pieces& message) {
    crypto::Sha256 hasher;
    for (const ByteSpan piece : message) {
        hasher.write(piece);
    }
    return crypto::sha256(hasher.finish().bytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteSpan in = std::as_bytes(std::span(data, size));
    const std::vector<Pieces> messages = cut(in);
    std::vector<RawHash> expected;
    for (const Pieces& message : messages) {
        expected.push_back(plain(message));
    }
    std::vector<RawHash> level;
    for (const crypto::Sha256Kernel& kernel : crypto::sha256_kernels()) {
        std::vector<RawHash> got(messages.size());
        crypto::sha256d_many(kernel, messages, got);
        KEEL_ASSERT(got == expected);

        std::vector<RawHash> pairs(size / 64);
        crypto::sha256d_64(kernel, pairs, in);
        KEEL_ASSERT(level.empty() || pairs == level);
        level = pairs;
    }
    return 0;
}
