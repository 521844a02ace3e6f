#include "testing/scripts.hpp"

#include "base/assert.hpp"
#include "base/endian.hpp"
#include "crypto/hash.hpp"
#include "crypto/sha256.hpp"

namespace keel::testing {

namespace {

constexpr std::uint8_t kOp1 = 0x51;
constexpr std::uint8_t kOpReturn = 0x6A;
constexpr std::uint8_t kOpDup = 0x76;
constexpr std::uint8_t kOpEqual = 0x87;
constexpr std::uint8_t kOpEqualVerify = 0x88;
constexpr std::uint8_t kOpHash160 = 0xA9;
constexpr std::uint8_t kOpChecksig = 0xAC;
constexpr std::uint8_t kOpPushdata1 = 0x4C;
constexpr std::uint8_t kOpPushdata2 = 0x4D;

void op(Bytes& script, std::uint8_t code) { script.push_back(static_cast<std::byte>(code)); }

Bytes witness_program(std::uint8_t version, ByteSpan program) {
    Bytes out;
    op(out, version == 0 ? std::uint8_t{0} : static_cast<std::uint8_t>(kOp1 + version - 1));
    append(out, push(program));
    return out;
}

}  // namespace

crypto::SecretKey test_key(std::uint64_t number) {
    std::array<std::byte, 8> seed;
    store_le(seed.data(), number);
    const auto key = crypto::SecretKey::from_bytes(crypto::tagged_hash("keel/test key", seed).bytes);
    KEEL_ASSERT(key);
    return *key;
}

Bytes anyone_can_spend() { return {std::byte{kOp1}}; }

Bytes push(ByteSpan data) {
    KEEL_ASSERT(data.size() <= 520);
    Bytes out;
    const auto size = static_cast<std::uint16_t>(data.size());
    if (size > 0xFF) {
        op(out, kOpPushdata2);
        op(out, static_cast<std::uint8_t>(size & 0xFFU));
        op(out, static_cast<std::uint8_t>(size >> 8U));
    } else {
        if (size >= kOpPushdata1) {
            op(out, kOpPushdata1);
        }
        op(out, static_cast<std::uint8_t>(size));
    }
    append(out, data);
    return out;
}

Bytes push_number(std::int64_t number) {
    if (number == 0) {
        return {std::byte{0}};
    }
    if (number >= 1 && number <= 16) {
        return {static_cast<std::byte>(kOp1 + number - 1)};
    }
    Bytes data;
    const bool negative = number < 0;
    auto rest = negative ? 0 - static_cast<std::uint64_t>(number) : static_cast<std::uint64_t>(number);
    for (; rest != 0; rest >>= 8U) {
        data.push_back(static_cast<std::byte>(rest & 0xFFU));
    }
    if ((data.back() & std::byte{0x80}) != std::byte{0}) {
        data.push_back(std::byte{0});
    }
    if (negative) {
        data.back() |= std::byte{0x80};
    }
    return push(data);
}

Bytes p2pk_script(const crypto::SecretKey& key) {
    Bytes out = push(key.public_key());
    op(out, kOpChecksig);
    return out;
}

Bytes p2pkh_script(const crypto::SecretKey& key) {
    Bytes out;
    op(out, kOpDup);
    op(out, kOpHash160);
    append(out, push(crypto::hash160(key.public_key())));
    op(out, kOpEqualVerify);
    op(out, kOpChecksig);
    return out;
}

Bytes p2wpkh_script(const crypto::SecretKey& key) { return witness_program(0, crypto::hash160(key.public_key())); }

Bytes p2tr_script(const crypto::SecretKey& key) {
    const auto output = crypto::taproot_output(key.xonly_public_key(), std::nullopt);
    KEEL_ASSERT(output);
    return witness_program(1, output->key);
}

Bytes p2sh_script(ByteSpan redeem_script) {
    Bytes out;
    op(out, kOpHash160);
    append(out, push(crypto::hash160(redeem_script)));
    op(out, kOpEqual);
    return out;
}

Bytes p2wsh_script(ByteSpan witness_script) { return witness_program(0, crypto::sha256(witness_script).bytes); }

Bytes data_carrier(ByteSpan data) {
    Bytes out;
    op(out, kOpReturn);
    append(out, push(data));
    return out;
}

}  // namespace keel::testing
