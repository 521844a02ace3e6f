#include "rules/signing/spend_data.hpp"

namespace keel::signing {

void SpendData::merge(const SpendData& other) {
    if (complete) {
        return;
    }
    if (other.complete) {
        *this = other;
        return;
    }
    if (redeem_script.empty()) {
        redeem_script = other.redeem_script;
    }
    if (witness_script.empty()) {
        witness_script = other.witness_script;
    }
    signatures.insert(other.signatures.begin(), other.signatures.end());
    if (taproot_key_signature.empty()) {
        taproot_key_signature = other.taproot_key_signature;
    }
    taproot_leaf_signatures.insert(other.taproot_leaf_signatures.begin(), other.taproot_leaf_signatures.end());
}

}  // namespace keel::signing
