#include "engine/store/kv.hpp"

#include "base/assert.hpp"
#include "base/endian.hpp"

namespace keel::store {

namespace {

// An entry in KvBatch: family, key length, value length or kDelete, key, value.
constexpr std::size_t kEntryHeader = 1 + 4 + 4;
constexpr std::uint32_t kDelete = 0xFFFFFFFF;

void append_entry(Bytes& out, KvFamily family, ByteSpan key, std::uint32_t value_length) {
    std::array<std::byte, kEntryHeader> header;
    header[0] = static_cast<std::byte>(family);
    store_le(&header[1], static_cast<std::uint32_t>(key.size()));
    store_le(&header[5], value_length);
    append(out, header);
    append(out, key);
}

}  // namespace

void KvBatch::put(KvFamily family, ByteSpan key, ByteSpan value) {
    KEEL_ASSERT(key.size() < kDelete && value.size() < kDelete);
    append_entry(data_, family, key, static_cast<std::uint32_t>(value.size()));
    append(data_, value);
    ++count_;
}

void KvBatch::remove(KvFamily family, ByteSpan key) {
    append_entry(data_, family, key, kDelete);
    ++count_;
}

void KvBatch::clear() {
    data_.clear();
    count_ = 0;
}

KvBatch::Entry KvBatch::entry_at(std::size_t& at) const {
    Entry entry;
    entry.family = static_cast<KvFamily>(data_[at]);
    const auto key_length = load_le<std::uint32_t>(&data_[at + 1]);
    const auto value_length = load_le<std::uint32_t>(&data_[at + 5]);
    at += kEntryHeader;
    entry.key = ByteSpan(data_).subspan(at, key_length);
    at += key_length;
    if (value_length != kDelete) {
        entry.value = ByteSpan(data_).subspan(at, value_length);
        at += value_length;
    }
    return entry;
}

void KvValues::clear() {
    slots_.clear();
    data_.clear();
}

void KvValues::add(ByteSpan value) {
    slots_.push_back({data_.size(), value.size()});
    append(data_, value);
}

void KvValues::add_missing() { slots_.push_back({0, kMissing}); }

std::optional<ByteSpan> KvValues::operator[](std::size_t index) const {
    const Slot& slot = slots_[index];
    return slot.length == kMissing ? std::nullopt : std::optional(ByteSpan(data_).subspan(slot.begin, slot.length));
}

}  // namespace keel::store
