#include "rules/address/destination.hpp"

namespace keel::address {

namespace {

constexpr std::byte kOp1{0x51};
constexpr std::array kP2pkhHead{std::byte{0x76}, std::byte{0xA9}, std::byte{0x14}};  // OP_DUP OP_HASH160 <20 bytes>
constexpr std::array kP2pkhTail{std::byte{0x88}, std::byte{0xAC}};                   // OP_EQUALVERIFY OP_CHECKSIG
constexpr std::array kP2shHead{std::byte{0xA9}, std::byte{0x14}};                    // OP_HASH160 <20 bytes>
constexpr std::array kP2shTail{std::byte{0x87}};                                     // OP_EQUAL
constexpr std::array kAnchorProgram{std::byte{0x4E}, std::byte{0x73}};

constexpr int kWitnessVersionMax = 16;
constexpr std::size_t kProgramMin = 2;
constexpr std::size_t kProgramMax = 40;

template <class Array>
Array array_of(ByteSpan bytes) {
    Array out;
    std::ranges::copy(bytes, out.begin());
    return out;
}

Bytes joined(ByteSpan head, ByteSpan middle, ByteSpan tail) {
    Bytes out = to_bytes(head);
    append(out, middle);
    append(out, tail);
    return out;
}

// Whether the script is `head`, 20 bytes, `tail`; those bytes.
std::optional<crypto::Hash160> hash_between(ByteSpan script, ByteSpan head, ByteSpan tail) {
    if (script.size() != head.size() + 20 + tail.size() || !equal(script.first(head.size()), head) ||
        !equal(script.last(tail.size()), tail)) {
        return std::nullopt;
    }
    return array_of<crypto::Hash160>(script.subspan(head.size(), 20));
}

}  // namespace

Bytes script_of(const Destination& destination) {
    if (const auto* key = std::get_if<PubkeyHash>(&destination)) {
        return joined(kP2pkhHead, key->hash, kP2pkhTail);
    }
    if (const auto* script = std::get_if<ScriptHash>(&destination)) {
        return joined(kP2shHead, script->hash, kP2shTail);
    }
    const WitnessProgram witness = *witness_program_of(destination);
    const std::byte version =
        witness.version == 0 ? std::byte{0} : static_cast<std::byte>(static_cast<int>(kOp1) + witness.version - 1);
    const std::array head{version, static_cast<std::byte>(witness.program.size())};
    return joined(head, witness.program, {});
}

std::optional<Destination> destination_of(ByteSpan script) {
    if (const auto hash = hash_between(script, kP2pkhHead, kP2pkhTail)) {
        return PubkeyHash{*hash};
    }
    if (const auto hash = hash_between(script, kP2shHead, kP2shTail)) {
        return ScriptHash{*hash};
    }
    // BIP141 "Witness program": a version opcode and one push that is the rest.
    if (script.size() < 2 + kProgramMin || script.size() != 2 + std::to_integer<std::size_t>(script[1])) {
        return std::nullopt;
    }
    const int opcode = std::to_integer<int>(script[0]);
    const int version = opcode == 0 ? 0 : opcode - std::to_integer<int>(kOp1) + 1;
    if (opcode != 0 && version < 1) {
        return std::nullopt;
    }
    return witness_destination(version, script.subspan(2));
}

std::optional<Destination> witness_destination(int version, ByteSpan program) {
    if (version < 0 || version > kWitnessVersionMax || program.size() < kProgramMin || program.size() > kProgramMax) {
        return std::nullopt;
    }
    if (version == 0) {
        if (program.size() == 20) {
            return WitnessPubkeyHash{array_of<crypto::Hash160>(program)};
        }
        if (program.size() == 32) {
            return WitnessScriptHash{RawHash::from(program.data())};
        }
        return std::nullopt;
    }
    if (version == 1 && program.size() == 32) {
        return Taproot{array_of<crypto::XOnlyKey>(program)};
    }
    if (version == 1 && equal(program, kAnchorProgram)) {
        return Anchor{};
    }
    return FutureWitness{version, to_bytes(program)};
}

std::optional<WitnessProgram> witness_program_of(const Destination& destination) {
    if (const auto* key = std::get_if<WitnessPubkeyHash>(&destination)) {
        return WitnessProgram{0, to_bytes(key->hash)};
    }
    if (const auto* script = std::get_if<WitnessScriptHash>(&destination)) {
        return WitnessProgram{0, to_bytes(script->hash.bytes)};
    }
    if (const auto* taproot = std::get_if<Taproot>(&destination)) {
        return WitnessProgram{1, to_bytes(taproot->output_key)};
    }
    if (std::holds_alternative<Anchor>(destination)) {
        return WitnessProgram{1, to_bytes(kAnchorProgram)};
    }
    if (const auto* future = std::get_if<FutureWitness>(&destination)) {
        return WitnessProgram{future->version, future->program};
    }
    return std::nullopt;
}

}  // namespace keel::address
