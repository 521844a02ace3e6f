// Deterministic keys and the scripts that pay them.
#pragma once

#include "base/bytes.hpp"
#include "crypto/secp.hpp"

namespace keel::testing {

// The same number always gives the same key; different numbers give different keys.
crypto::SecretKey test_key(std::uint64_t number);

// OP_TRUE: spent with an empty scriptSig and no witness.
Bytes anyone_can_spend();
// One push of at most 520 bytes in its shortest form, empty data as OP_0; numbers 1 to 16 are not recognised.
Bytes push(ByteSpan data);
// The shortest push of a number: OP_0 and OP_1 to OP_16 where they exist (BIP34 as Core writes it).
Bytes push_number(std::int64_t number);

Bytes p2pk_script(const crypto::SecretKey& key);
Bytes p2pkh_script(const crypto::SecretKey& key);
Bytes p2wpkh_script(const crypto::SecretKey& key);
// Key path only: the output key is tweaked without a script tree (BIP341, footnote on unspendable script paths).
Bytes p2tr_script(const crypto::SecretKey& key);
Bytes p2sh_script(ByteSpan redeem_script);
Bytes p2wsh_script(ByteSpan witness_script);
// OP_RETURN with one push.
Bytes data_carrier(ByteSpan data);

}  // namespace keel::testing
