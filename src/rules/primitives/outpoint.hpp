// The name of a transaction output.
#pragma once

#include "rules/primitives/codec.hpp"
#include "rules/primitives/ids.hpp"

namespace keel::primitives {

struct OutPoint {
    static constexpr std::size_t kSize = 36;
    static constexpr std::uint32_t kNullIndex = 0xFFFFFFFF;

    Txid txid;
    std::uint32_t index = 0;

    auto operator<=>(const OutPoint&) const = default;

    // The input of a coinbase transaction spends this.
    [[nodiscard]] bool is_null() const { return index == kNullIndex && txid.is_zero(); }

    static OutPoint read(Reader& in) {
        OutPoint out;
        out.txid = in.read_hash<Txid>();
        out.index = in.read<std::uint32_t>();
        return out;
    }
    void write(Writer& out) const {
        out.write_hash(txid);
        out.write(index);
    }
};

}  // namespace keel::primitives
