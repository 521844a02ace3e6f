#include "rules/primitives/tx_table.hpp"

#include "crypto/sha256.hpp"
#include "rules/primitives/tx_table_parser.hpp"

namespace keel::primitives {

namespace {

// Smallest serializations: an input has an outpoint, an empty script's length and a sequence; an output a value and an
// empty script's length; a transaction a version, two counts and a lock time.
constexpr std::size_t kInputMin = OutPoint::kSize + 1 + 4;
constexpr std::size_t kOutputMin = 8 + 1;
constexpr std::size_t kTxMin = 4 + 1 + 1 + 4;

constexpr std::uint8_t kWitnessFlag = 1;

std::uint32_t offset(const Reader& in) { return static_cast<std::uint32_t>(in.position()); }

}  // namespace

std::vector<ByteSpan> WitnessView::items() const {
    std::vector<ByteSpan> out;
    out.reserve(count_);
    Reader in(encoded_);
    for (std::size_t i = 0; i < count_; ++i) {
        out.push_back(in.read_var_bytes());
    }
    return out;
}

std::uint32_t TxView::version() const { return load_le<std::uint32_t>(table_->buffer_.data() + slot().begin); }

std::uint32_t TxView::lock_time() const { return load_le<std::uint32_t>(table_->buffer_.data() + slot().end - 4); }

bool TxView::is_coinbase() const { return input_count() == 1 && input(0).prevout().is_null(); }

ByteSpan TxView::raw() const { return table_->buffer().subspan(slot().begin, total_size()); }

std::array<ByteSpan, 3> TxView::stripped_parts() const {
    const ByteSpan buffer = table_->buffer();
    const TxSlot& tx = slot();
    return {buffer.subspan(tx.begin, 4), buffer.subspan(tx.body, tx.body_end - tx.body), buffer.subspan(tx.end - 4, 4)};
}

std::size_t TxView::stripped_size() const { return 4 + (slot().body_end - slot().body) + 4; }

Weight TxView::weight() const { return Weight(static_cast<std::int64_t>(3 * stripped_size() + total_size())); }

Result<TxTable, DecodeError> TxTableParser::parse_one(Bytes buffer, TxForm form) {
    TxTableParser parser(std::move(buffer), form);
    Reader in(parser.table_.buffer_);
    parser.read_transaction(in);
    return parser.finish(in);
}

Result<TxTable, DecodeError> TxTableParser::parse_many(Bytes buffer, std::size_t prefix) {
    TxTableParser parser(std::move(buffer), TxForm::bip144);
    Reader in(parser.table_.buffer_);
    in.skip(prefix);
    const std::size_t count = in.read_count(kMaxSize, kTxMin);
    TxTable& table = parser.table_;
    table.txs_.reserve(count);
    // Ordinary blocks stay within this guess; the arrays grow where it is too small.
    table.inputs_.reserve(table.buffer_.size() / 128);
    table.outputs_.reserve(table.buffer_.size() / 128);
    for (std::size_t i = 0; i < count && in.ok(); ++i) {
        parser.read_transaction(in);
    }
    return parser.finish(in);
}

Result<std::size_t, DecodeError> TxTableParser::size_of_many(ByteSpan bytes, std::size_t prefix) {
    TxTableParser parser(to_bytes(bytes), TxForm::bip144);
    Reader in(parser.table_.buffer_);
    in.skip(prefix);
    const std::size_t count = in.read_count(kMaxSize, kTxMin);
    for (std::size_t i = 0; i < count && in.ok(); ++i) {
        parser.read_transaction(in);
    }
    if (!in.ok()) {
        return std::unexpected(in.error());
    }
    return in.position();
}

TxTableParser::TxTableParser(Bytes buffer, TxForm form) : form_(form) { table_.buffer_ = std::move(buffer); }

// BIP144: an input count of zero is the marker of the extended form, unless the byte behind it, then an output count,
// is zero as well.
void TxTableParser::read_transaction(Reader& in) {
    TxSlot tx{};
    tx.begin = offset(in);
    tx.first_input = static_cast<std::uint32_t>(table_.inputs_.size());
    tx.first_output = static_cast<std::uint32_t>(table_.outputs_.size());
    in.skip(4);
    tx.body = offset(in);
    std::uint8_t flags = 0;
    if (form_ == TxForm::bip144 && in.remaining() >= 2 && in.data()[tx.body] == std::byte{0} &&
        in.data()[tx.body + 1] != std::byte{0}) {
        in.skip(1);
        flags = in.read<std::uint8_t>();
        tx.body = offset(in);
        if (flags != kWitnessFlag) {
            in.fail(DecodeError::unknown_flags);
        }
    }
    read_inputs(in, tx);
    read_outputs(in, tx);
    tx.body_end = offset(in);
    if (flags != 0) {
        read_witnesses(in, tx);
    }
    in.skip(4);
    tx.end = offset(in);
    table_.txs_.push_back(tx);
}

void TxTableParser::read_inputs(Reader& in, TxSlot& tx) {
    const std::size_t count = in.read_count(kMaxSize, kInputMin);
    tx.input_count = static_cast<std::uint32_t>(count);
    for (std::size_t i = 0; i < count && in.ok(); ++i) {
        InputSlot input{};
        input.prevout = offset(in);
        in.skip(OutPoint::kSize);
        input.script_length = static_cast<std::uint32_t>(in.read_compact_size());
        input.script = offset(in);
        in.skip(input.script_length);
        in.skip(4);
        table_.inputs_.push_back(input);
    }
}

void TxTableParser::read_outputs(Reader& in, TxSlot& tx) {
    const std::size_t count = in.read_count(kMaxSize, kOutputMin);
    tx.output_count = static_cast<std::uint32_t>(count);
    for (std::size_t i = 0; i < count && in.ok(); ++i) {
        OutputSlot output{};
        output.value = Amount(in.read<std::int64_t>());
        output.script_length = static_cast<std::uint32_t>(in.read_compact_size());
        output.script = offset(in);
        in.skip(output.script_length);
        table_.outputs_.push_back(output);
    }
}

void TxTableParser::read_witnesses(Reader& in, const TxSlot& tx) {
    bool any = false;
    for (std::size_t i = 0; i < tx.input_count && in.ok(); ++i) {
        InputSlot& input = table_.inputs_[tx.first_input + i];
        const std::size_t count = in.read_count(kMaxSize, 1);
        input.witness_count = static_cast<std::uint32_t>(count);
        input.witness = offset(in);
        for (std::size_t item = 0; item < count && in.ok(); ++item) {
            in.read_var_bytes();
        }
        input.witness_end = offset(in);
        any = any || count > 0;
    }
    if (!any) {
        in.fail(DecodeError::superfluous_witness);
    }
}

// All txids and, for transactions with a witness, wtxids in one call, so that the multi-lane kernels stay filled.
void TxTableParser::hash_all() {
    const std::size_t count = table_.txs_.size();
    std::vector<crypto::Pieces> messages;
    messages.reserve(2 * count);
    for (std::size_t i = 0; i < count; ++i) {
        messages.push_back(table_[i].stripped_parts());
    }
    for (std::size_t i = 0; i < count; ++i) {
        if (table_[i].has_witness()) {
            messages.push_back({table_[i].raw(), {}, {}});
        }
    }
    std::vector<RawHash> hashes(messages.size());
    crypto::sha256d_many(messages, hashes);

    table_.txids_.reserve(count);
    table_.wtxids_.reserve(count);
    std::size_t next_with_witness = count;
    for (std::size_t i = 0; i < count; ++i) {
        table_.txids_.push_back(hash_cast<Txid>(hashes[i]));
        table_.wtxids_.push_back(hash_cast<Wtxid>(table_[i].has_witness() ? hashes[next_with_witness++] : hashes[i]));
    }
}

Result<TxTable, DecodeError> TxTableParser::finish(Reader& in) {
    in.expect_end();
    if (!in.ok()) {
        return std::unexpected(in.error());
    }
    hash_all();
    return std::move(table_);
}

}  // namespace keel::primitives
