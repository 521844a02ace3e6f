// The standard forms of output scripts.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"

namespace keel::script {

enum class OutputType : std::uint8_t {
    nonstandard,
    pubkey,
    pubkeyhash,
    scripthash,
    multisig,
    nulldata,
    witness_v0_keyhash,
    witness_v0_scripthash,
    witness_v1_taproot,
    anchor,
    witness_unknown,
};

// As RPC shows it, such as "witness_v0_keyhash".
std::string_view name(OutputType type);

struct OutputTemplate {
    OutputType type = OutputType::nonstandard;
    // The variable parts, views into the script: a key, a hash or a witness program; all keys of a multisig.
    std::vector<ByteSpan> parts;
    // multisig: signatures needed, 1 to parts.size(); witness_unknown: the version, 1 to 16.
    unsigned number = 0;
};

// Recognises a script by its form alone: keys need only have a valid size and first byte. Multisig has up to 20 keys.
OutputTemplate solve(ByteSpan script);

}  // namespace keel::script
