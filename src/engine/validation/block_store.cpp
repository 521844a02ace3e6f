#include "engine/validation/block_store.hpp"

#include "engine/store/header_records.hpp"

namespace keel::validation {

using headers::Mark;
using headers::Node;
using headers::Place;
using store::HeaderStatus;

namespace {

store::FilePos position(const Place& place) { return {place.file, place.offset}; }

}  // namespace

Broken broken_store(std::string_view what, const store::StoreError& error) {
    if (error.fault == store::StoreFault::damaged) {
        return {concat(what, ": ", error.text, " Restart with -reindex to rebuild from what can be read.")};
    }
    return {concat(what, ": ", error.file.message())};
}

Broken broken_kv(std::string_view what, const store::KvError& error) {
    const bool damaged = error.fault == store::KvFault::corrupt;
    return {concat(what, ": ", error.text, damaged ? " Restart with -reindex-chainstate to rebuild it." : "")};
}

OrBroken<std::vector<const Node*>> BlockStore::put(const Node& node, const consensus::CheckedBlock& block,
                                                   const std::optional<Place>& place) {
    const auto size = static_cast<std::uint32_t>(block.block().raw().size());
    Place where{0, 0, size};
    if (place) {
        where = *place;
    } else {
        const auto written = files_.write_block(block.block().raw());
        if (!written) {
            return Failure(broken_store("Cannot store a block", written.error()));
        }
        where = {written->file, written->offset, size};
    }
    if (recent_bytes_ + size <= kRecentBytesMax && recent_.try_emplace(&node, block).second) {
        recent_bytes_ += size;
    }
    return ports_.tree.set_data(node, where, static_cast<std::uint32_t>(block.block().tx_count()));
}

OrBroken<consensus::CheckedBlock> BlockStore::get(const Node& node) {
    if (const auto found = recent_.find(&node); found != recent_.end()) {
        return found->second;
    }
    const StageTimer timer(ports_.stages, Stage::read_block);
    auto raw = files_.reader().read_block(position(node.data_place()));
    if (!raw) {
        return Failure(broken_store(concat("Cannot read block ", node.hash()), raw.error()));
    }
    const auto damaged = [&node](std::string_view why) {
        return Failure(Broken{concat("Block ", node.hash(), " is damaged on disk (", why,
                                     "). Restart with -reindex to rebuild from what can be read.")});
    };
    auto block = primitives::Block::parse(*std::move(raw));
    if (!block) {
        return damaged(primitives::describe(block.error()));
    }
    if ((*block)->hash() != node.hash()) {
        return damaged("another block is in its place");
    }
    auto checked = consensus::check_block(*block, ports_.params);
    if (!checked) {
        return damaged(checked.error().text());
    }
    return *std::move(checked);
}

void BlockStore::forget(const Node& node) {
    if (const auto found = recent_.find(&node); found != recent_.end()) {
        recent_bytes_ -= found->second.block().raw().size();
        recent_.erase(found);
    }
}

OrBroken<void> BlockStore::put_undo(const Node& node, const store::SpentCoins& spent) {
    const StageTimer timer(ports_.stages, Stage::write_undo);
    const auto written = files_.write_undo(node.data_place().file, spent, node.header().previous);
    if (!written) {
        return Failure(broken_store("Cannot store undo data", written.error()));
    }
    ports_.tree.set_undo(node, {written->pos.file, written->pos.offset, written->size});
    return {};
}

OrBroken<store::SpentCoins> BlockStore::get_undo(const Node& node) const {
    if (!node.is(Mark::has_undo)) {
        return Failure(Broken{
            concat("The undo data of block ", node.hash(), " is not on disk. Restart with -reindex to rebuild it.")});
    }
    auto spent = files_.reader().read_undo(position(node.undo_place()), node.header().previous);
    if (!spent) {
        return Failure(broken_store(concat("Cannot read the undo data of block ", node.hash()), spent.error()));
    }
    return *std::move(spent);
}

store::KvBatch BlockStore::take_changed_records() {
    store::KvBatch batch;
    for (const Node* node : ports_.tree.take_changed()) {
        store::put_header(batch, record_of(*node), node->hash());
    }
    return batch;
}

store::HeaderRecord record_of(const Node& node) {
    store::HeaderRecord record;
    record.header = node.header();
    record.height = node.height();
    record.tx_count = node.tx_count();
    record.chain_txs = node.chain_tx_count();
    const auto put = [&](Mark mark, std::uint32_t status) { record.status |= node.is(mark) ? status : 0; };
    put(Mark::has_data, HeaderStatus::kBlockStored);
    put(Mark::has_undo, HeaderStatus::kUndoStored);
    put(Mark::connected, HeaderStatus::kConnected);
    put(Mark::failed, HeaderStatus::kFailed);
    put(Mark::failed_ancestor, HeaderStatus::kFailedParent);
    if (node.tx_count() != 0) {
        record.status |= HeaderStatus::kBlockChecked | (node.is(Mark::has_data) ? 0 : HeaderStatus::kPruned);
    }
    if (node.is(Mark::has_data)) {
        record.block = position(node.data_place());
        record.block_size = node.data_place().size;
    }
    if (node.is(Mark::has_undo)) {
        record.undo_offset = node.undo_place().offset;
        record.undo_size = node.undo_place().size;
    }
    return record;
}

headers::Tree::Restored restored_from(const store::HeaderRecord& record) {
    headers::Tree::Restored out;
    const auto put = [&](std::uint32_t status, Mark mark) {
        out.marks |= (record.status & status) != 0 ? static_cast<std::uint32_t>(mark) : 0;
    };
    put(HeaderStatus::kBlockStored, Mark::has_data);
    put(HeaderStatus::kUndoStored, Mark::has_undo);
    put(HeaderStatus::kConnected, Mark::connected);
    put(HeaderStatus::kFailed, Mark::failed);
    put(HeaderStatus::kFailedParent, Mark::failed_ancestor);
    out.tx_count = record.tx_count;
    out.data = {record.block.file, record.block.offset, record.block_size};
    out.undo = {record.block.file, record.undo_offset, record.undo_size};
    return out;
}

}  // namespace keel::validation
