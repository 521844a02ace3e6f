#include "rules/primitives/genesis.hpp"

#include "base/assert.hpp"

namespace keel::primitives {

namespace {

constexpr std::size_t kDirectPushMax = 75;
constexpr std::byte kOpPushdata1{0x4C};
constexpr std::byte kOpChecksig{0xAC};

void push(Bytes& script, ByteSpan data) {
    KEEL_ASSERT(data.size() <= 0xFF);
    if (data.size() > kDirectPushMax) {
        script.push_back(kOpPushdata1);
    }
    script.push_back(static_cast<std::byte>(data.size()));
    append(script, data);
}

}  // namespace

BlockPtr make_genesis(const GenesisSpec& spec) {
    constexpr std::array kFirstBits{std::byte{0xFF}, std::byte{0xFF}, std::byte{0x00}, std::byte{0x1D}};
    constexpr std::array kFour{std::byte{4}};
    TxInput input;
    input.prevout.index = OutPoint::kNullIndex;
    push(input.script_sig, kFirstBits);
    push(input.script_sig, kFour);
    push(input.script_sig, as_bytes(spec.text));

    TxOutput output{spec.reward, {}};
    push(output.script, spec.pubkey);
    output.script.push_back(kOpChecksig);

    MutableTx coinbase{.version = 1, .inputs = {std::move(input)}, .outputs = {std::move(output)}, .lock_time = 0};
    Header header;
    header.version = spec.version;
    header.merkle_root = hash_cast<MerkleRoot>(coinbase.freeze()->txid());
    header.time = spec.time;
    header.bits = spec.bits;
    header.nonce = spec.nonce;
    return Block::assemble(header, std::span<const MutableTx>(&coinbase, 1));
}

}  // namespace keel::primitives
