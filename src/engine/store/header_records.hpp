// Block-index records: what the node knows about every header, in the Kv under blocks/index.
//
// Key: 'b', height (4 bytes big endian), block hash: iteration gives parents before children. Value: docs/storage.md.
// A record is rewritten when its status changes; the last write wins.
#pragma once

#include "engine/store/block_files.hpp"
#include "rules/primitives/header.hpp"

namespace keel::store {

using primitives::Header;

// Families of blocks/index.
inline constexpr KvFamily kHeaderFamily{0};
inline constexpr KvFamily kHeaderMetaFamily{1};
std::vector<std::string> header_families();

// Bits of HeaderRecord::status.
struct HeaderStatus {
    static constexpr std::uint32_t kBlockStored = 1U << 0U;   // `block` is where it is
    static constexpr std::uint32_t kUndoStored = 1U << 1U;    // `undo` is where it is
    static constexpr std::uint32_t kBlockChecked = 1U << 2U;  // check_block passed; tx_count is known
    static constexpr std::uint32_t kConnected = 1U << 3U;     // was connected once: scripts and spends are valid
    static constexpr std::uint32_t kFailed = 1U << 4U;        // breaks a rule
    static constexpr std::uint32_t kFailedParent = 1U << 5U;  // descends from a failed block
    static constexpr std::uint32_t kPruned = 1U << 6U;        // was stored once, deleted since
    static constexpr std::uint32_t kAll = (1U << 7U) - 1;
};

struct HeaderRecord {
    Header header;
    Height height;
    std::uint32_t status = 0;
    std::uint32_t tx_count = 0;   // 0: unknown
    std::uint64_t chain_txs = 0;  // transactions from genesis to here; 0: unknown
    FilePos block;                // block.file holds for both files
    std::uint32_t block_size = 0;
    std::uint32_t undo_offset = 0;
    std::uint32_t undo_size = 0;  // whole record from payload on, checksum included

    bool operator==(const HeaderRecord&) const = default;
    [[nodiscard]] FilePos undo() const { return {block.file, undo_offset}; }
};

Bytes header_key(Height height, const BlockHash& hash);
void encode_header_record(Bytes& out, const HeaderRecord& record);
// Nothing when damaged: wrong length, unknown version or status bits, height out of range.
std::optional<HeaderRecord> decode_header_record(ByteSpan value);

// Adds a record to a batch.
void put_header(KvBatch& batch, const HeaderRecord& record, const BlockHash& hash);

// Reads all records in order of height. Owned by one thread.
class HeaderLoader {
public:
    explicit HeaderLoader(const Kv& index);
    struct Item {
        HeaderRecord record;
        BlockHash hash;  // from the key; equals record.header.hash() unless damaged, which the caller may check
    };
    // Nothing at the end; KvFault::corrupt for a damaged record.
    [[nodiscard]] Result<std::optional<Item>, KvError> next();

private:
    std::unique_ptr<KvSnapshot> snapshot_;
    std::unique_ptr<KvIterator> iterator_;
    bool started_ = false;
};

// Where the records of each block file end, collected while loading, for BlockFiles::open().
class FileEnds {
public:
    void add(const HeaderRecord& record);
    [[nodiscard]] const std::map<std::uint32_t, BlockFiles::Ends>& ends() const { return ends_; }

private:
    std::map<std::uint32_t, BlockFiles::Ends> ends_;
};

}  // namespace keel::store
