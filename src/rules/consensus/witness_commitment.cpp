#include "rules/consensus/witness_commitment.hpp"

#include "base/assert.hpp"
#include "crypto/sha256.hpp"

namespace keel::consensus {

namespace {

// OP_RETURN, the length of the push, and the four bytes that BIP141 chose.
constexpr std::array<std::byte, kWitnessCommitmentOffset> kMagic{std::byte{0x6A}, std::byte{0x24}, std::byte{0xAA},
                                                                 std::byte{0x21}, std::byte{0xA9}, std::byte{0xED}};

}  // namespace

std::optional<std::size_t> witness_commitment_output(primitives::TxView coinbase) {
    for (std::size_t i = coinbase.output_count(); i-- > 0;) {
        const ByteSpan script = coinbase.output(i).script();
        if (script.size() >= kWitnessCommitmentSize && equal(script.first(kMagic.size()), kMagic)) {
            return i;
        }
    }
    return std::nullopt;
}

RawHash witness_commitment(const RawHash& witness_root, ByteSpan reserved_value) {
    KEEL_ASSERT(reserved_value.size() == 32);
    const std::array pair{witness_root, RawHash::from(reserved_value.data())};
    RawHash out;
    crypto::sha256d_64(std::span(&out, 1), std::as_bytes(std::span(pair)));
    return out;
}

Bytes witness_commitment_script(const RawHash& commitment) {
    Bytes script = to_bytes(kMagic);
    append(script, commitment.span());
    return script;
}

}  // namespace keel::consensus
