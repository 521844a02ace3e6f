// Transactions that really spend coins: built, then signed by what each coin's script asks for.
//
// The signature hashes here are written apart from the script room's, so that each checks the other.
#pragma once

#include <optional>

#include "crypto/secp.hpp"
#include "rules/primitives/coin.hpp"
#include "rules/primitives/tx.hpp"

namespace keel::testing {

// A coin and, unless anyone can spend it, the key that its script pays.
struct OwnedCoin {
    primitives::OutPoint outpoint;
    primitives::Coin coin;
    std::optional<crypto::SecretKey> key;
};

// One input per coin, in order, signed with SIGHASH_ALL (legacy, segwit v0) or the default hash type (taproot).
// Understood: no key (left empty), P2PK, P2PKH, P2WPKH, P2TR by key path.
primitives::MutableTx make_spend(std::span<const OwnedCoin> coins, std::vector<primitives::TxOutput> outputs);
// Signs again after an edit; tx.inputs must be those of the coins.
void sign(primitives::MutableTx& tx, std::span<const OwnedCoin> coins);

// Output `index` of `tx` as a coin to spend next.
OwnedCoin coin_of(const primitives::MutableTx& tx, std::uint32_t index, std::optional<crypto::SecretKey> key = {},
                  primitives::Height height = primitives::Height(0));

}  // namespace keel::testing
