#include "crypto/muhash.hpp"

#include <type_traits>

#include <gmp.h>

#include "base/assert.hpp"
#include "base/endian.hpp"
#include "base/rng.hpp"
#include "base/wide.hpp"
#include "crypto/sha256.hpp"

namespace keel::crypto {
namespace {

static_assert(std::is_same_v<mp_limb_t, std::uint64_t> && GMP_NAIL_BITS == 0);

// 2^3072 minus the modulus, a prime.
constexpr std::uint64_t kComplement = 1103717;

// Adds factor * 2^3072, which is congruent to factor * kComplement. A carry out of the top counts as 2^3072 again.
template <std::size_t Limbs>
void fold(std::array<std::uint64_t, Limbs>& a, std::uint64_t factor) {
    const Wide product = Wide{factor} * kComplement;
    const std::array<std::uint64_t, 2> parts{static_cast<std::uint64_t>(product),
                                             static_cast<std::uint64_t>(product >> 64U)};
    std::uint64_t carry = mpn_add(a.data(), a.data(), Limbs, parts.data(), parts.size());
    while (carry != 0) {
        carry = mpn_add_1(a.data(), a.data(), Limbs, kComplement);
    }
}

// Whether the number is not below the modulus: adding the complement overflows.
template <std::size_t Limbs>
bool exceeds(std::array<std::uint64_t, Limbs> a) {
    return mpn_add_1(a.data(), a.data(), Limbs, kComplement) != 0;
}

}  // namespace

MuHash::MuHash() : numerator_{1}, denominator_{1} {}

MuHash::Number MuHash::number_of(ByteSpan element) {
    // Rng is the ChaCha20 key stream with a zero nonce and a counter from zero.
    Number out;
    Rng(sha256(element).bytes).fill(std::as_writable_bytes(std::span(out)));
    return out;
}

void MuHash::multiply(Number& a, const Number& b) {
    std::array<std::uint64_t, 2 * kLimbs> product;
    mpn_mul_n(product.data(), a.data(), b.data(), kLimbs);
    std::copy_n(product.begin(), kLimbs, a.begin());
    fold(a, mpn_addmul_1(a.data(), product.data() + kLimbs, kLimbs, kComplement));
}

void MuHash::reduce(Number& a) {
    if (exceeds(a)) {
        mpn_add_1(a.data(), a.data(), kLimbs, kComplement);
    }
}

void MuHash::insert(ByteSpan element) { multiply(numerator_, number_of(element)); }

void MuHash::remove(ByteSpan element) { multiply(denominator_, number_of(element)); }

void MuHash::insert_all(const MuHash& other) {
    multiply(numerator_, other.numerator_);
    multiply(denominator_, other.denominator_);
}

void MuHash::remove_all(const MuHash& other) {
    multiply(numerator_, other.denominator_);
    multiply(denominator_, other.numerator_);
}

RawHash MuHash::finalize() const {
    Number modulus;
    modulus.fill(~std::uint64_t{0});
    modulus[0] = 0 - kComplement;
    Number denominator = denominator_;
    reduce(denominator);
    mpz_t modulus_view;
    mpz_t denominator_view;
    mpz_t inverse;
    mpz_roinit_n(modulus_view, modulus.data(), kLimbs);
    mpz_roinit_n(denominator_view, denominator.data(), kLimbs);
    mpz_init2(inverse, 64 * kLimbs);
    // A prime modulus and a factor that is not zero always have an inverse.
    KEEL_ASSERT(mpz_invert(inverse, denominator_view, modulus_view) != 0);
    Number result{};
    mpn_copyi(result.data(), mpz_limbs_read(inverse), static_cast<mp_size_t>(mpz_size(inverse)));
    mpz_clear(inverse);
    multiply(result, numerator_);
    reduce(result);
    return sha256(std::as_bytes(std::span(result)));
}

std::array<std::byte, MuHash::kStateSize> MuHash::state() const {
    std::array<std::byte, kStateSize> out;
    auto at = out.begin();
    for (Number number : {numerator_, denominator_}) {
        reduce(number);
        at = std::ranges::copy(std::as_bytes(std::span(number)), at).out;
    }
    return out;
}

std::optional<MuHash> MuHash::from_state(ByteSpan state) {
    if (state.size() != kStateSize) {
        return std::nullopt;
    }
    MuHash out;
    for (Number* number : {&out.numerator_, &out.denominator_}) {
        const ByteSpan bytes = state.first(8 * kLimbs);
        state = state.subspan(8 * kLimbs);
        std::ranges::copy(bytes, std::as_writable_bytes(std::span(*number)).begin());
        reduce(*number);
        if (mpn_zero_p(number->data(), kLimbs) != 0) {
            return std::nullopt;
        }
    }
    return out;
}

}  // namespace keel::crypto
