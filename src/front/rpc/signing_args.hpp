// Keys, coins and hash types as arguments of calls that sign.
#pragma once

#include "front/rpc/args.hpp"
#include "front/rpc/context.hpp"
#include "rules/address/key_store.hpp"
#include "rules/primitives/tx.hpp"
#include "rules/signing/tx_signer.hpp"

namespace keel::rpc {

// "ALL", "SINGLE|ANYONECANPAY", ...: argument `index`, otherwise "DEFAULT".
[[nodiscard]] Outcome<std::uint8_t> hash_type_of(const Args& args, std::size_t index);

// Secret keys in wallet import format. Each may also spend the taproot output that has it as its only key.
[[nodiscard]] Outcome<address::KeyStore> keys_of(const Context& context, const Args::Json& keys);

// The coins that the inputs spend, as far as the node knows them.
[[nodiscard]] Outcome<signing::KnownCoins> find_spent_coins(const Context& context, const primitives::MutableTx& tx);

// Adds what the caller tells about outputs that the node need not know: objects with txid, vout, scriptPubKey,
// redeemScript, witnessScript, amount.
[[nodiscard]] Outcome<void> add_told_coins(const Args::Json& told, const primitives::MutableTx& tx,
                                           signing::KnownCoins& coins, address::KeyStore& keys);

}  // namespace keel::rpc
