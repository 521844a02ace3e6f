// Signs the inputs of one transaction. Immutable; every call is independent of the others.
//
// Cost of an attempt: one signature per key at hand, and a verification of the input over a copy of the transaction.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "rules/primitives/coin.hpp"
#include "rules/primitives/tx.hpp"
#include "rules/script/error.hpp"
#include "rules/script/tx_context.hpp"
#include "rules/signing/spend_data.hpp"

namespace keel::signing {

// The coin that an input spends; nothing when unknown. An unknown amount is written as the largest there is.
using KnownCoins = std::vector<std::optional<primitives::Coin>>;

class TxSigner {
public:
    // `coins` has one entry per input.
    TxSigner(primitives::MutableTx tx, KnownCoins coins);
    ~TxSigner();
    TxSigner(const TxSigner&) = delete;
    TxSigner& operator=(const TxSigner&) = delete;

    // Fills `data` with what `keys` can add, and composes the final form as far as it goes. The input's coin must be
    // known. `hash_type`: kSighashDefault means the usual one for each kind of signature. No new signatures are made
    // when `keys` has no secrets; what is there already is put together.
    void sign(std::size_t input, const address::KeyStore& keys, std::uint8_t hash_type, SpendData& data) const;

    // Composes the final form as if every signature could be made, with fillers of the usual size: to estimate sizes.
    // Taproot outputs are taken to be spent by their key.
    // `data.complete` says whether everything but signatures was there.
    void pretend(std::size_t input, const address::KeyStore& keys, SpendData& data) const;

    // What the transaction's own input already holds: complete, or the signatures that are valid.
    [[nodiscard]] SpendData existing(std::size_t input) const;

    // Whether the input verifies under the standard rules with this scriptSig and witness.
    [[nodiscard]] script::Status verify(std::size_t input, const Bytes& script_sig,
                                        const std::vector<Bytes>& witness) const;

    [[nodiscard]] const primitives::MutableTx& tx() const { return tx_; }
    [[nodiscard]] const std::optional<primitives::Coin>& coin(std::size_t input) const { return coins_[input]; }
    // Whether all coins are known, without which taproot inputs cannot be signed.
    [[nodiscard]] bool knows_all_coins() const { return knows_all_; }

private:
    class Attempt;

    primitives::MutableTx tx_;
    KnownCoins coins_;
    bool knows_all_ = true;
    primitives::TxPtr frozen_;
    std::vector<primitives::CoinView> views_;
    std::unique_ptr<script::TxContext> context_;
};

}  // namespace keel::signing
