// Any 32 bits as a target and any number as its value: decoding, encoding and work agree with each other.
#include "base/assert.hpp"
#include "rules/consensus/pow.hpp"
#include "rules/primitives/codec.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace keel;
    using namespace keel::consensus;
    primitives::Reader in(std::as_bytes(std::span(data, size)));
    const CompactTarget bits(in.read<std::uint32_t>());
    const U256 number = U256::from_le(in.read_hash<RawHash>().bytes);

    const DecodedTarget target = decode_compact(bits);
    const bool usable = !target.negative && !target.overflow && !target.value.is_zero();
    KEEL_ASSERT(valid_target(bits, ~U256()).has_value() == usable);
    KEEL_ASSERT(block_work(bits).hashes().is_zero() == !usable);
    if (!target.overflow) {
        KEEL_ASSERT(decode_compact(encode_compact(target.value)).value == target.value);
    }
    const U256 rounded = decode_compact(encode_compact(number)).value;
    KEEL_ASSERT(rounded <= number && encode_compact(rounded) == encode_compact(number));
    if (usable) {
        // work = floor(2^256 / (target + 1)): so work * (target + 1) is the last multiple that does not pass 2^256.
        BlockHash hash;
        hash.bytes = number.to_le();
        KEEL_ASSERT(check_proof_of_work(hash, bits, ~U256()) == (number <= target.value));
        const auto valid = valid_target(bits, number);
        KEEL_ASSERT(valid.has_value() == (target.value <= number));
    }
    return 0;
}
