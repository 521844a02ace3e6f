// The dialects of script that differ in limits and in what signatures cover.
#pragma once

#include <cstdint>

namespace keel::script {

enum class SigVersion : std::uint8_t {
    legacy,      // scriptSig, scriptPubKey and BIP16 redeem scripts
    witness_v0,  // BIP141 and BIP143: P2WPKH and P2WSH
    tapscript,   // BIP342: leaves of version 0xc0
};

}  // namespace keel::script
