// A block: its header and a flat table of its transactions over one owned buffer.
#pragma once

#include "rules/primitives/header.hpp"
#include "rules/primitives/tx.hpp"

namespace keel::primitives {

class Block;
using BlockPtr = std::shared_ptr<const Block>;

// BIP141: no valid block serializes to more; larger ones are refused before they are parsed.
inline constexpr std::size_t kMaxBlockBytes = 4'000'000;

// Immutable; shared by pointer between threads.
class Block {
public:
    // Takes ownership of the bytes, finds every part and hashes every transaction. `raw` must be one block and nothing
    // else, of at most kMaxBlockBytes. Structure only: no rule of validity is checked here.
    static Result<BlockPtr, DecodeError> parse(Bytes raw);
    // A block of these transactions; the header is taken as it is. More than kMaxBlockBytes is a programmer's error.
    static BlockPtr assemble(const Header& header, std::span<const MutableTx> txs);
    static BlockPtr assemble(const Header& header, std::span<const TxPtr> txs);

    [[nodiscard]] const Header& header() const { return header_; }
    [[nodiscard]] const BlockHash& hash() const { return hash_; }
    [[nodiscard]] const TxTable& txs() const { return txs_; }
    [[nodiscard]] TxView tx(std::size_t index) const { return txs_[index]; }
    [[nodiscard]] std::size_t tx_count() const { return txs_.size(); }
    [[nodiscard]] ByteSpan raw() const { return txs_.buffer(); }
    // Size of the serialization without witness data, in bytes.
    [[nodiscard]] std::size_t stripped_size() const { return stripped_size_; }
    [[nodiscard]] Weight weight() const;

private:
    Header header_;
    BlockHash hash_;
    TxTable txs_;
    std::size_t stripped_size_ = 0;
};

}  // namespace keel::primitives
