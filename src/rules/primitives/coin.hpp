// An unspent transaction output and what validation has to remember about where it came from.
#pragma once

#include "rules/primitives/amount.hpp"
#include "rules/primitives/ids.hpp"

namespace keel::primitives {

// A view of a coin: the script belongs to whoever stores the coin.
struct CoinView {
    Amount value;
    Height height;          // of the block that created it
    bool coinbase = false;  // created by a coinbase transaction
    ByteSpan script;
};

// A coin that owns its script.
struct Coin {
    Amount value;
    Height height;
    bool coinbase = false;
    Bytes script;

    bool operator==(const Coin&) const = default;
    [[nodiscard]] CoinView view() const { return {value, height, coinbase, script}; }
    static Coin from(const CoinView& v) { return {v.value, v.height, v.coinbase, to_bytes(v.script)}; }
};

}  // namespace keel::primitives
