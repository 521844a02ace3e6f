#include "engine/store/header_records.hpp"

namespace keel::store {

namespace {

constexpr std::byte kPrefix{'b'};
constexpr std::size_t kKeyBytes = 1 + 4 + 32;
constexpr std::uint8_t kVersion = 1;

}  // namespace

std::vector<std::string> header_families() { return {"headers", "meta"}; }

Bytes header_key(Height height, const BlockHash& hash) {
    Bytes key{kPrefix};
    Writer writer(key);
    writer.write_be(static_cast<std::uint32_t>(height.value()));
    writer.write_hash(hash);
    return key;
}

void encode_header_record(Bytes& out, const HeaderRecord& record) {
    Writer writer(out);
    writer.write(kVersion);
    record.header.write(writer);
    writer.write(record.height.value());
    writer.write(record.status);
    writer.write(record.tx_count);
    writer.write(record.chain_txs);
    writer.write(record.block.file);
    writer.write(record.block.offset);
    writer.write(record.block_size);
    writer.write(record.undo_offset);
    writer.write(record.undo_size);
}

std::optional<HeaderRecord> decode_header_record(ByteSpan value) {
    Reader in(value);
    const auto version = in.read<std::uint8_t>();
    HeaderRecord record;
    record.header = Header::read(in);
    record.height = Height(in.read<std::int32_t>());
    record.status = in.read<std::uint32_t>();
    record.tx_count = in.read<std::uint32_t>();
    record.chain_txs = in.read<std::uint64_t>();
    record.block.file = in.read<std::uint32_t>();
    record.block.offset = in.read<std::uint32_t>();
    record.block_size = in.read<std::uint32_t>();
    record.undo_offset = in.read<std::uint32_t>();
    record.undo_size = in.read<std::uint32_t>();
    in.expect_end();
    const bool sound =
        in.ok() && version == kVersion && record.height.value() >= 0 && (record.status & ~HeaderStatus::kAll) == 0;
    return sound ? std::optional(record) : std::nullopt;
}

void put_header(KvBatch& batch, const HeaderRecord& record, const BlockHash& hash) {
    Bytes value;
    encode_header_record(value, record);
    batch.put(kHeaderFamily, header_key(record.height, hash), value);
}

HeaderLoader::HeaderLoader(const Kv& index)
    : snapshot_(index.snapshot()), iterator_(snapshot_->iterate(kHeaderFamily)) {}

Result<std::optional<HeaderLoader::Item>, KvError> HeaderLoader::next() {
    if (!started_) {
        started_ = true;
        iterator_->seek({});
    } else if (iterator_->valid()) {
        iterator_->next();
    }
    if (!iterator_->valid()) {
        return iterator_->error() ? Result<std::optional<Item>, KvError>(Failure(*iterator_->error())) : std::nullopt;
    }
    const ByteSpan key = iterator_->key();
    const auto record = decode_header_record(iterator_->value());
    if (key.size() != kKeyBytes || !record || !equal(key.first(5), ByteSpan(header_key(record->height, {})).first(5))) {
        return Failure(KvError{KvFault::corrupt, "The block index holds a damaged record."});
    }
    return Item{*record, BlockHash::from(&key[5])};
}

void FileEnds::add(const HeaderRecord& record) {
    if ((record.status & HeaderStatus::kBlockStored) != 0) {
        auto& end = ends_[record.block.file].block;
        end = std::max(end, std::uint64_t{record.block.offset} + record.block_size);
    }
    if ((record.status & HeaderStatus::kUndoStored) != 0) {
        auto& end = ends_[record.block.file].undo;
        end = std::max(end, std::uint64_t{record.undo_offset} + record.undo_size);
    }
}

}  // namespace keel::store
