#include "rules/primitives/block.hpp"

#include "base/assert.hpp"
#include "rules/primitives/block_prefix.hpp"
#include "rules/primitives/tx_table_parser.hpp"

namespace keel::primitives {

Result<BlockPtr, DecodeError> Block::parse(Bytes raw) {
    if (raw.size() > kMaxBlockBytes) {
        return std::unexpected(DecodeError::size_too_large);
    }
    auto block = std::make_shared<Block>();
    Reader in(raw);
    block->header_ = Header::read(in);
    KEEL_TRY(block->txs_, TxTableParser::parse_many(std::move(raw), Header::kSize));
    block->hash_ = block->header_.hash();
    block->stripped_size_ = Header::kSize + compact_size_length(block->txs_.size());
    for (std::size_t i = 0; i < block->txs_.size(); ++i) {
        block->stripped_size_ += block->txs_[i].stripped_size();
    }
    return block;
}

Result<BlockPtr, DecodeError> parse_block_prefix(Bytes raw) {
    KEEL_TRY(const std::size_t size, TxTableParser::size_of_many(raw, Header::kSize));
    raw.resize(size);
    return Block::parse(std::move(raw));
}

namespace {

BlockPtr parse_own(Bytes raw) {
    auto block = Block::parse(std::move(raw));
    KEEL_ASSERT(block);
    return *std::move(block);
}

}  // namespace

BlockPtr Block::assemble(const Header& header, std::span<const MutableTx> txs) {
    Bytes raw;
    Writer out(raw);
    header.write(out);
    out.write_compact_size(txs.size());
    for (const MutableTx& tx : txs) {
        out.write_bytes(tx.serialize());
    }
    return parse_own(std::move(raw));
}

BlockPtr Block::assemble(const Header& header, std::span<const TxPtr> txs) {
    Bytes raw;
    Writer out(raw);
    header.write(out);
    out.write_compact_size(txs.size());
    for (const TxPtr& tx : txs) {
        out.write_bytes(tx->raw());
    }
    return parse_own(std::move(raw));
}

Weight Block::weight() const { return Weight(static_cast<std::int64_t>(3 * stripped_size_ + raw().size())); }

}  // namespace keel::primitives
