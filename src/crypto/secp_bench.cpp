#include <benchmark/benchmark.h>

#include "crypto/ellswift.hpp"
#include "crypto/muhash.hpp"
#include "crypto/secp.hpp"
#include "crypto/sha256.hpp"
#include "crypto/siphash.hpp"

namespace keel::crypto {
namespace {

SecretKey key() { return *SecretKey::from_bytes(sha256(as_bytes("benchmark")).bytes); }
RawHash message() { return sha256(as_bytes("message")); }

void ecdsa_verify(benchmark::State& state) {
    const Bytes public_key = key().public_key();
    const Bytes signature = key().sign_ecdsa(message());
    for (auto _ : state) {
        benchmark::DoNotOptimize(verify_ecdsa(public_key, signature, message()));
    }
}
BENCHMARK(ecdsa_verify);

void schnorr_verify(benchmark::State& state) {
    const XOnlyKey public_key = key().xonly_public_key();
    const SchnorrSignature signature = key().sign_schnorr(message().bytes, {});
    for (auto _ : state) {
        benchmark::DoNotOptimize(verify_schnorr(public_key, signature, message().bytes));
    }
}
BENCHMARK(schnorr_verify);

void taproot_commitment(benchmark::State& state) {
    const XOnlyKey internal = key().xonly_public_key();
    const auto output = taproot_output(internal, message());
    for (auto _ : state) {
        benchmark::DoNotOptimize(verify_taproot_commitment(output->key, output->odd_y, internal, message()));
    }
}
BENCHMARK(taproot_commitment);

void ecdsa_sign(benchmark::State& state) {
    const SecretKey secret = key();
    for (auto _ : state) {
        benchmark::DoNotOptimize(secret.sign_ecdsa(message()));
    }
}
BENCHMARK(ecdsa_sign);

void muhash_insert(benchmark::State& state) {
    MuHash hash;
    const RawHash element = message();
    for (auto _ : state) {
        hash.insert(element.bytes);
    }
}
BENCHMARK(muhash_insert);

void muhash_combine(benchmark::State& state) {
    MuHash hash;
    MuHash other;
    other.insert(message().bytes);
    for (auto _ : state) {
        hash.insert_all(other);  // two multiplications
    }
}
BENCHMARK(muhash_combine);

void muhash_finalize(benchmark::State& state) {
    MuHash hash;
    hash.insert(message().bytes);
    hash.remove(key().bytes());
    for (auto _ : state) {
        benchmark::DoNotOptimize(hash.finalize());
    }
}
BENCHMARK(muhash_finalize);

void siphash_of_an_outpoint(benchmark::State& state) {
    const RawHash hash = message();
    std::uint32_t index = 0;
    for (auto _ : state) {
        benchmark::DoNotOptimize(siphash({1, 2}, hash, index++));
    }
}
BENCHMARK(siphash_of_an_outpoint);

void ellswift_key(benchmark::State& state) {
    Rng rng(1);
    for (auto _ : state) {
        benchmark::DoNotOptimize(ellswift_public_key(key(), rng));
    }
}
BENCHMARK(ellswift_key);

void ellswift_exchange(benchmark::State& state) {
    Rng rng(1);
    const EllSwift ours = ellswift_public_key(key(), rng);
    EllSwift theirs;
    rng.fill(theirs);
    for (auto _ : state) {
        benchmark::DoNotOptimize(ellswift_shared_secret(key(), ours, theirs, true));
    }
}
BENCHMARK(ellswift_exchange);

}  // namespace
}  // namespace keel::crypto
