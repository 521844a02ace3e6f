#include "crypto/sha256.hpp"

#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "base/rng.hpp"
#include "crypto/sha256_kernels.hpp"

namespace keel::crypto {
namespace {

std::string plain_hex(const RawHash& hash) { return to_hex(hash.span()); }

Bytes random_bytes(Rng& rng, std::size_t size) {
    Bytes out(size);
    rng.fill(out);
    return out;
}

TEST(Sha256, KnownAnswers) {
    EXPECT_EQ(plain_hex(sha256(as_bytes("abc"))), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(plain_hex(sha256({})), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(plain_hex(sha256d(as_bytes("hello"))),
              "9595c9df90075148eb06860365df33584b75bff782a510c6cd4883a419833d50");
}

TEST(Sha256, WritingInAnyPiecesGivesTheSameHash) {
    Rng rng(1);
    for (std::size_t size : {0U, 1U, 55U, 56U, 63U, 64U, 65U, 119U, 120U, 128U, 1000U}) {
        const Bytes data = random_bytes(rng, size);
        for (int round = 0; round < 20; ++round) {
            Sha256 hasher;
            for (ByteSpan rest = data; !rest.empty();) {
                const auto n = static_cast<std::size_t>(rng.between(1, rest.size()));
                hasher.write(rest.first(n));
                rest = rest.subspan(n);
            }
            EXPECT_EQ(hasher.finish(), sha256(data)) << size;
        }
    }
}

TEST(Sha256, ACopyContinuesFromTheMidstate) {
    Sha256 prefix;
    prefix.write(as_bytes("ab"));
    Sha256 other = prefix;
    EXPECT_EQ(prefix.write(as_bytes("c")).finish(), sha256(as_bytes("abc")));
    EXPECT_EQ(other.write(as_bytes("d")).finish(), sha256(as_bytes("abd")));
}

TEST(Sha256, TaggedHashIsDefinedByBip340) {
    const RawHash tag = sha256(as_bytes("BIP0340/challenge"));
    Bytes all;
    append(all, tag.bytes);
    append(all, tag.bytes);
    append(all, as_bytes("message"));
    EXPECT_EQ(tagged_hash("BIP0340/challenge", as_bytes("message")), sha256(all));
}

// Every kernel this CPU can run, against the streaming code on the portable kernel's terms.
class Kernels : public ::testing::TestWithParam<Sha256Kernel> {};

TEST_P(Kernels, CompressAgreesWithPortable) {
    const Sha256Kernel& portable = sha256_kernels().back();
    ASSERT_EQ(portable.name, "portable");
    Rng rng(2);
    for (std::size_t count = 0; count < 9; ++count) {
        const Bytes blocks = random_bytes(rng, 64 * count);
        Sha256State expected = kSha256Start;
        Sha256State got = kSha256Start;
        portable.compress(expected, blocks.data(), count);
        GetParam().compress(got, blocks.data(), count);
        EXPECT_EQ(got, expected) << count;
    }
}

TEST_P(Kernels, LanesAreIndependent) {
    const Sha256Kernel& portable = sha256_kernels().back();
    Rng rng(3);
    for (std::size_t count = 0; count < 4; ++count) {
        std::vector<Bytes> data;
        std::array<const std::byte*, Sha256Kernel::kLanesMax> blocks{};
        std::array<Sha256State, Sha256Kernel::kLanesMax> states{};
        std::array<Sha256State, Sha256Kernel::kLanesMax> expected{};
        for (std::size_t lane = 0; lane < GetParam().lanes; ++lane) {
            data.push_back(random_bytes(rng, 64 * count));
            blocks[lane] = data.back().data();
            rng.fill(std::as_writable_bytes(std::span(states[lane])));
            expected[lane] = states[lane];
            portable.compress(expected[lane], blocks[lane], count);
        }
        GetParam().compress_lanes(states.data(), blocks.data(), count);
        EXPECT_EQ(states, expected) << count;
    }
}

TEST_P(Kernels, Double64EqualsHashingEachPair) {
    Rng rng(4);
    for (std::size_t count : {0U, 1U, 2U, 3U, 7U, 8U, 9U, 16U, 31U, 100U}) {
        const Bytes in = random_bytes(rng, 64 * count);
        std::vector<RawHash> out(count);
        sha256d_64(GetParam(), out, in);
        for (std::size_t i = 0; i < count; ++i) {
            EXPECT_EQ(out[i], sha256d(ByteSpan(in).subspan(64 * i, 64))) << count << ' ' << i;
        }
    }
}

TEST_P(Kernels, Double64MayReduceInPlace) {
    Rng rng(5);
    std::vector<RawHash> level(38);
    rng.fill(std::as_writable_bytes(std::span(level)));
    std::vector<RawHash> expected(19);
    sha256d_64(GetParam(), expected, std::as_bytes(std::span(level)));
    sha256d_64(GetParam(), std::span(level).first(19), std::as_bytes(std::span(level)));
    level.resize(19);
    EXPECT_EQ(level, expected);
}

TEST_P(Kernels, ManyEqualsHashingTheJoinedPieces) {
    Rng rng(6);
    std::vector<std::array<Bytes, 3>> data;
    for (std::size_t i = 0; i < 400; ++i) {
        const std::size_t longest = i % 10 == 0 ? 700 : 140;
        data.push_back({random_bytes(rng, rng.below(6)), random_bytes(rng, rng.below(longest)),
                        random_bytes(rng, i % 3 == 0 ? rng.below(longest) : rng.below(6))});
    }
    for (std::size_t count : {0U, 1U, 2U, 7U, 8U, 9U, 400U}) {
        std::vector<Pieces> messages;
        for (std::size_t i = 0; i < count; ++i) {
            messages.push_back({data[i][0], data[i][1], data[i][2]});
        }
        std::vector<RawHash> out(count);
        sha256d_many(GetParam(), messages, out);
        for (std::size_t i = 0; i < count; ++i) {
            Bytes joined = data[i][0];
            append(joined, data[i][1]);
            append(joined, data[i][2]);
            ASSERT_EQ(out[i], sha256d(joined)) << count << ' ' << i << ' ' << joined.size();
        }
    }
}

TEST_P(Kernels, ManyHandlesEveryLengthAroundABlock) {
    Rng rng(7);
    const Bytes data = random_bytes(rng, 300);
    std::vector<Pieces> messages;
    for (std::size_t size = 0; size <= data.size(); ++size) {
        const ByteSpan all = ByteSpan(data).first(size);
        const std::size_t cut = size / 3;
        messages.push_back({all.first(cut), all.subspan(cut, size - cut), {}});
    }
    std::vector<RawHash> out(messages.size());
    sha256d_many(GetParam(), messages, out);
    for (std::size_t size = 0; size <= data.size(); ++size) {
        ASSERT_EQ(out[size], sha256d(ByteSpan(data).first(size))) << size;
    }
}

INSTANTIATE_TEST_SUITE_P(ThisCpu, Kernels, ::testing::ValuesIn(sha256_kernels().begin(), sha256_kernels().end()),
                         [](const auto& param) {
                             std::string name(param.param.name);
                             std::erase(name, '-');
                             return name;
                         });

TEST(Sha256Kernels, TheOneInUseIsTheFirst) { EXPECT_EQ(sha256_kernel().name, sha256_kernels().front().name); }

}  // namespace
}  // namespace keel::crypto
