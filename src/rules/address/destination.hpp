// What an address stands for: the script forms that have one, as values.
#pragma once

#include <optional>
#include <variant>

#include "base/bytes.hpp"
#include "base/hash256.hpp"
#include "crypto/hash.hpp"
#include "crypto/secp.hpp"

namespace keel::address {

struct PubkeyHash {  // P2PKH
    crypto::Hash160 hash{};
    bool operator==(const PubkeyHash&) const = default;
};
struct ScriptHash {  // P2SH (BIP16)
    crypto::Hash160 hash{};
    bool operator==(const ScriptHash&) const = default;
};
struct WitnessPubkeyHash {  // P2WPKH (BIP141)
    crypto::Hash160 hash{};
    bool operator==(const WitnessPubkeyHash&) const = default;
};
struct WitnessScriptHash {  // P2WSH (BIP141)
    RawHash hash;
    bool operator==(const WitnessScriptHash&) const = default;
};
struct Taproot {  // P2TR (BIP341)
    crypto::XOnlyKey output_key{};
    bool operator==(const Taproot&) const = default;
};
struct Anchor {  // P2A: version 1 with the program 4e73
    bool operator==(const Anchor&) const = default;
};
// Versions 1 to 16 with programs of 2 to 40 bytes that have no meaning yet.
struct FutureWitness {
    int version = 0;
    Bytes program;
    bool operator==(const FutureWitness&) const = default;
};

using Destination =
    std::variant<PubkeyHash, ScriptHash, WitnessPubkeyHash, WitnessScriptHash, Taproot, Anchor, FutureWitness>;

Bytes script_of(const Destination& destination);
// Nothing for scripts without an address: bare keys and multisig, data carriers, anything unusual.
[[nodiscard]] std::optional<Destination> destination_of(ByteSpan script);
// The meaning of a witness program; nothing when BIP141 gives the version and size none.
[[nodiscard]] std::optional<Destination> witness_destination(int version, ByteSpan program);

struct WitnessProgram {
    int version = 0;
    Bytes program;
};
// Nothing for the two forms that are not segwit.
[[nodiscard]] std::optional<WitnessProgram> witness_program_of(const Destination& destination);

}  // namespace keel::address
