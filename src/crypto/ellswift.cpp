#include "crypto/ellswift.hpp"

#include <secp256k1.h>
#include <secp256k1_ecdh.h>

#include "base/assert.hpp"
#include "crypto/field.hpp"
#include "crypto/sha256.hpp"

namespace keel::crypto {
namespace {

using Fe = FieldElement;

// x^3 + 7.
Fe curve(const Fe& x) { return x.square() * x + Fe(7); }
bool is_valid_x(const Fe& x) { return curve(x).sqrt().has_value(); }

struct Constants {
    Fe half;           // 1 / 2
    Fe root;           // of -3, the one that is a square
    Fe root_inverse;   // 1 / root
    Fe half_less;      // (1 - root) / 2
    Fe half_and_more;  // (1 + root) / 2
};

const Constants& constants() {
    static const Constants kConstants = [] {
        Constants out;
        out.half = Fe(2).inverse();
        const auto root = (-Fe(3)).sqrt();
        KEEL_ASSERT(root.has_value());
        out.root = *root;
        out.root_inverse = root->inverse();
        out.half_less = (Fe(1) - *root) * out.half;
        out.half_and_more = (Fe(1) + *root) * out.half;
        return out;
    }();
    return kConstants;
}

Fe decode(Fe u, Fe t) {
    const Constants& k = constants();
    if (u.is_zero()) u = Fe(1);
    if (t.is_zero()) t = Fe(1);
    const Fe g = curve(u);
    if ((g + t.square()).is_zero()) t = t + t;
    // X = (g - t^2) / 2t and Y = (X + t) / (root * u), with one inversion for both denominators.
    const Fe inverse = (t * u).inverse();
    const Fe big_x = (g - t.square()) * inverse * u * k.half;
    const Fe big_y = (big_x + t) * inverse * t * k.root_inverse;
    const Fe first = u + (big_y + big_y).square();
    if (is_valid_x(first)) return first;
    // One of the three is the x coordinate of a point, always (BIP324 "Decoding").
    const Fe ratio = big_x * big_y.inverse();
    const Fe second = (-ratio - u) * k.half;
    return is_valid_x(second) ? second : (ratio - u) * k.half;
}

std::optional<Fe> inverse(const Fe& x, const Fe& u, unsigned which) {
    const Constants& k = constants();
    const Fe g = curve(u);
    Fe v = x;
    Fe s;
    if ((which & 2U) == 0) {
        if (is_valid_x(-x - u)) return std::nullopt;
        s = -g * (u.square() + u * v + v.square()).inverse();
    } else {
        s = x - u;
        if (s.is_zero()) return std::nullopt;
        const auto r = (-s * (g * Fe(4) + Fe(3) * s * u.square())).sqrt();
        if (!r || ((which & 1U) != 0 && r->is_zero())) return std::nullopt;
        v = (*r * s.inverse() - u) * k.half;
    }
    const auto w = s.sqrt();
    if (!w) return std::nullopt;
    const bool odd = (which & 1U) != 0;
    const bool high = (which & 4U) != 0;
    const Fe t = *w * (u * (odd ? k.half_and_more : k.half_less) + v);
    return odd == high ? -t : t;
}

int copy_x(unsigned char* out, const unsigned char* x, const unsigned char* /*y*/, void* /*data*/) {
    std::copy_n(x, 32, out);
    return 1;
}

}  // namespace

XOnlyKey ellswift_decode(const EllSwift& encoded) {
    const ByteSpan bytes = encoded;
    return decode(Fe::from_bytes(bytes.first(32)), Fe::from_bytes(bytes.subspan(32))).bytes();
}

std::optional<std::array<std::byte, 32>> ellswift_inverse(const XOnlyKey& x, ByteSpan u, unsigned which) {
    const auto t = inverse(Fe::from_bytes(x), Fe::from_bytes(u), which);
    if (!t) return std::nullopt;
    return t->bytes();
}

EllSwift ellswift_encode(const XOnlyKey& x, Rng& rng) {
    const Fe number = Fe::from_bytes(x);
    // Each try succeeds with a probability of about one quarter.
    for (;;) {
        EllSwift out;
        const MutableByteSpan u = MutableByteSpan(out).first(32);
        rng.fill(u);
        const Fe chosen = Fe::from_bytes(u);
        if (chosen.is_zero()) continue;
        if (const auto t = inverse(number, chosen, static_cast<unsigned>(rng.below(8)))) {
            std::ranges::copy(t->bytes(), out.begin() + 32);
            return out;
        }
    }
}

EllSwift ellswift_public_key(const SecretKey& secret, Rng& rng) {
    return ellswift_encode(secret.xonly_public_key(), rng);
}

RawHash ellswift_shared_secret(const SecretKey& ours, const EllSwift& our_key, const EllSwift& their_key,
                               bool initiating) {
    const auto raw = [](const std::byte* bytes) { return reinterpret_cast<const unsigned char*>(bytes); };
    // Which of the two points with this x coordinate is taken makes no difference to the x coordinate of the product.
    std::array<std::byte, 33> compressed;
    compressed[0] = std::byte{2};
    std::ranges::copy(ellswift_decode(their_key), compressed.begin() + 1);
    secp256k1_pubkey point;
    KEEL_ASSERT(secp256k1_ec_pubkey_parse(secp256k1_context_static, &point, raw(compressed.data()), 33) == 1);
    std::array<unsigned char, 32> x;
    KEEL_ASSERT(secp256k1_ecdh(secp256k1_context_static, x.data(), &point, raw(ours.bytes().data()), copy_x, nullptr) ==
                1);
    static const Sha256 kHasher = tagged_hasher("bip324_ellswift_xonly_ecdh");
    Sha256 hasher = kHasher;
    hasher.write(initiating ? our_key : their_key).write(initiating ? their_key : our_key);
    hasher.write(std::as_bytes(std::span(x)));
    return hasher.finish();
}

}  // namespace keel::crypto
