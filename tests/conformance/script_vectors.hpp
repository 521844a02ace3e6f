// What the vector files of script and transaction tests have in common: scripts as text, flags, coins to spend.
#pragma once

#include <map>
#include <memory>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "rules/primitives/tx.hpp"
#include "rules/script/flags.hpp"
#include "rules/script/interpreter.hpp"

namespace keel::conformance {

// Words separated by spaces: decimal numbers are pushed, 0x... bytes stand as they are, 'text' is pushed, everything
// else is an operation's name with or without OP_. Ends the test program on any other word.
Bytes parse_script(std::string_view text);

Bytes hex_bytes(const boost::json::value& value);

// Ends the test program when a flag is unknown.
script::Flags parse_flags(std::string_view names);

// The subset of `flags` that is consistent, and the smallest consistent superset.
script::Flags trim(script::Flags flags);
script::Flags fill(script::Flags flags);

// Coins that own their scripts, in the order of a transaction's inputs.
class Coins {
public:
    void add(primitives::Amount value, Bytes script);
    // One CTxOut after the other, nothing between them.
    static Coins from_outputs(ByteSpan encoded);
    [[nodiscard]] std::span<const primitives::CoinView> views() const { return views_; }

private:
    std::vector<primitives::CoinView> views_;
    std::vector<std::shared_ptr<const Bytes>> scripts_;
};

// Verifies each signature once, however many flag sets a vector is tried with.
class CachingVerifier final : public script::SignatureVerifier {
public:
    [[nodiscard]] bool verify_ecdsa(ByteSpan public_key, ByteSpan der, const RawHash& digest) const override;
    [[nodiscard]] bool verify_schnorr(ByteSpan xonly_key, ByteSpan signature, const RawHash& digest) const override;

private:
    template <class Verify>
    bool look_up(Bytes key, const Verify& verify) const;

    mutable std::map<Bytes, bool> known_;
};

// All inputs of a transaction; the first failure.
script::Status verify_all(const script::TxContext& context, script::Flags flags,
                          const script::SignatureVerifier& verifier);

}  // namespace keel::conformance
