#include "engine/wire/message_fields.hpp"

namespace keel::wire {
namespace {

constexpr std::size_t kShortIdBytes = 6;  // BIP152
constexpr std::size_t kAddrV1Bytes = 30;
constexpr std::size_t kAddrV2MinBytes = 9;       // time, services, network id, empty address, port
constexpr std::size_t kTxMinBytes = 10;          // version, two counts, lock time
constexpr std::size_t kInputMinBytes = 41;       // outpoint, script length, sequence
constexpr std::size_t kOutputMinBytes = 9;       // value, script length
constexpr std::size_t kHeaderItemMinBytes = 81;  // header and transaction count

void skip_witnesses(Reader& in, std::size_t inputs) {
    for (std::size_t i = 0; i < inputs && in.ok(); ++i) {
        std::size_t items = in.read_count(primitives::kMaxSize, 1);
        while (items-- > 0 && in.ok()) {
            in.read_var_bytes();
        }
    }
}

// Walks over one transaction (BIP144) without looking at what it says: where it ends inside a longer message. Whether
// it is well-formed is for Tx::parse.
void skip_transaction(Reader& in) {
    in.skip(4);
    std::size_t inputs = in.read_count(primitives::kMaxSize, 1);
    bool witness = false;
    if (inputs == 0 && in.ok()) {
        witness = in.read<std::uint8_t>() != 0;
        if (!witness) {  // that byte was the output count of a transaction without inputs
            in.skip(4);
            return;
        }
        inputs = in.read_count(primitives::kMaxSize, kInputMinBytes);
    }
    for (std::size_t i = 0; i < inputs && in.ok(); ++i) {
        in.skip(primitives::OutPoint::kSize);
        in.read_var_bytes();
        in.skip(4);
    }
    std::size_t outputs = in.read_count(primitives::kMaxSize, kOutputMinBytes);
    while (outputs-- > 0 && in.ok()) {
        in.skip(8);
        in.read_var_bytes();
    }
    if (witness) skip_witnesses(in, inputs);
    in.skip(4);
}

}  // namespace

void FieldReader::operator()(TxPtr& tx) {
    const std::size_t begin = in_.position();
    skip_transaction(in_);
    if (!in_.ok()) return;
    auto parsed = primitives::Tx::parse(to_bytes(in_.data().subspan(begin, in_.position() - begin)));
    if (!parsed) {
        in_.fail(parsed.error());
        return;
    }
    tx = *std::move(parsed);
}

void FieldReader::headers(std::vector<Header>& headers) {
    headers.resize(in_.read_count(kMaxHeaders, kHeaderItemMinBytes));
    for (Header& header : headers) {
        header = Header::read(in_);
        in_.read_compact_size();  // of transactions, which do not follow
    }
}

void FieldWriter::headers(const std::vector<Header>& headers) {
    count(headers.size(), kMaxHeaders);
    for (const Header& header : headers) {
        header.write(out_);
        out_.write_compact_size(0);
    }
}

void FieldReader::addresses(std::vector<PeerAddress>& addresses, AddrForm form) {
    const bool v2 = form == AddrForm::v2;
    const std::size_t count = in_.read_count(kMaxAddrEntries, v2 ? kAddrV2MinBytes : kAddrV1Bytes);
    addresses.reserve(count);
    for (std::size_t i = 0; i < count && in_.ok(); ++i) {
        PeerAddress entry;
        entry.time = in_.read<std::uint32_t>();
        entry.services.bits = v2 ? in_.read_compact_size(~std::uint64_t{0}) : in_.read<std::uint64_t>();
        const auto address = v2 ? read_address_v2(in_) : read_address_v1(in_);
        entry.endpoint.port = in_.read_be<std::uint16_t>();
        if (!address || !in_.ok()) continue;
        entry.endpoint.address = *address;
        addresses.push_back(entry);
    }
}

void FieldWriter::addresses(const std::vector<PeerAddress>& addresses, AddrForm form) {
    count(addresses.size(), kMaxAddrEntries);
    for (const PeerAddress& entry : addresses) {
        out_.write(entry.time);
        if (form == AddrForm::v2) {
            out_.write_compact_size(entry.services.bits);
            write_address_v2(out_, entry.endpoint.address);
        } else {
            out_.write(entry.services.bits);
            write_address_v1(out_, entry.endpoint.address);
        }
        out_.write_be(entry.endpoint.port);
    }
}

void FieldReader::short_ids(std::vector<ShortId>& ids) {
    ids.resize(in_.read_count(kMaxBlockTxs, kShortIdBytes));
    for (ShortId& id : ids) {
        const std::uint64_t low = in_.read<std::uint32_t>();
        id = low | (static_cast<std::uint64_t>(in_.read<std::uint16_t>()) << 32U);
    }
}

void FieldWriter::short_ids(const std::vector<ShortId>& ids) {
    count(ids.size(), kMaxBlockTxs);
    for (const ShortId id : ids) {
        out_.write(static_cast<std::uint32_t>(id));
        out_.write(static_cast<std::uint16_t>(id >> 32U));
    }
}

std::uint16_t FieldReader::index_after(std::int32_t previous) {
    const std::uint64_t index = in_.read_compact_size(kMaxBlockTxs) + static_cast<std::uint64_t>(previous + 1);
    if (index > kMaxBlockTxs) in_.fail(DecodeError::size_too_large);
    return static_cast<std::uint16_t>(index);
}

void FieldReader::prefilled(std::vector<PrefilledTx>& txs) {
    txs.resize(in_.read_count(kMaxBlockTxs, 1 + kTxMinBytes));
    std::int32_t previous = -1;
    for (PrefilledTx& entry : txs) {
        if (!in_.ok()) return;
        entry.index = index_after(previous);
        previous = entry.index;
        (*this)(entry.tx);
    }
}

void FieldWriter::prefilled(const std::vector<PrefilledTx>& txs) {
    count(txs.size(), kMaxBlockTxs);
    std::int32_t previous = -1;
    for (const PrefilledTx& entry : txs) {
        index_after(previous, entry.index);
        previous = entry.index;
        (*this)(entry.tx);
    }
}

void FieldReader::indexes(std::vector<std::uint16_t>& indexes) {
    indexes.resize(in_.read_count(kMaxBlockTxs, 1));
    std::int32_t previous = -1;
    for (std::uint16_t& index : indexes) {
        if (!in_.ok()) return;
        index = index_after(previous);
        previous = index;
    }
}

void FieldWriter::indexes(const std::vector<std::uint16_t>& indexes) {
    count(indexes.size(), kMaxBlockTxs);
    std::int32_t previous = -1;
    for (const std::uint16_t index : indexes) {
        index_after(previous, index);
        previous = index;
    }
}

}  // namespace keel::wire
