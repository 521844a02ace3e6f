// One owned buffer with the serialization of one or many transactions, and flat arrays that say where everything is.
//
// Parsing allocates four arrays whatever the number of transactions, inputs and outputs; scripts and witnesses stay
// where they are in the buffer. A TxTable is immutable once built and shared by pointer to const; views into it are two
// words and must not outlive it.
//
// Bounds: the buffer is at most kMaxSize bytes; every count is checked against the bytes present before anything is
// allocated. Complexity: one pass, plus hashing of every byte once (twice for transactions with witness).
// Format: BIP144; canonical only (no superfluous witness, minimal CompactSize).
#pragma once

#include <memory>
#include <optional>

#include "base/result.hpp"
#include "rules/primitives/amount.hpp"
#include "rules/primitives/outpoint.hpp"

namespace keel::primitives {

// Where things are in the buffer. Offsets are from its start.
struct InputSlot {
    std::uint32_t prevout;  // 36 bytes
    std::uint32_t script;   // script_length bytes, followed by 4 bytes of sequence
    std::uint32_t script_length;
    std::uint32_t witness;  // first item's length prefix; no bytes when witness_count is 0
    std::uint32_t witness_end;
    std::uint32_t witness_count;
};

struct OutputSlot {
    Amount value;
    std::uint32_t script;
    std::uint32_t script_length;
};

struct TxSlot {
    std::uint32_t begin;     // the version field
    std::uint32_t end;       // one past the lock time
    std::uint32_t body;      // the input count (behind marker and flag, if any)
    std::uint32_t body_end;  // one past the last output: the witness, if any, or the lock time
    std::uint32_t first_input;
    std::uint32_t input_count;
    std::uint32_t first_output;
    std::uint32_t output_count;
};

class TxView;

class TxTable {
public:
    [[nodiscard]] std::size_t size() const { return txs_.size(); }
    [[nodiscard]] TxView operator[](std::size_t index) const;
    [[nodiscard]] ByteSpan buffer() const { return buffer_; }
    // All inputs and outputs of all transactions, in order.
    [[nodiscard]] std::span<const InputSlot> inputs() const { return inputs_; }
    [[nodiscard]] std::span<const OutputSlot> outputs() const { return outputs_; }
    [[nodiscard]] std::span<const TxSlot> slots() const { return txs_; }
    [[nodiscard]] std::span<const Txid> txids() const { return txids_; }
    [[nodiscard]] std::span<const Wtxid> wtxids() const { return wtxids_; }

private:
    friend class TxTableParser;  // tx_table_parser.hpp: the only builder
    friend class TxView;

    Bytes buffer_;
    std::vector<TxSlot> txs_;
    std::vector<InputSlot> inputs_;
    std::vector<OutputSlot> outputs_;
    std::vector<Txid> txids_;
    std::vector<Wtxid> wtxids_;
};

// The items of one input's witness, bottom of the stack first.
class WitnessView {
public:
    WitnessView(ByteSpan encoded, std::size_t count) : encoded_(encoded), count_(count) {}
    [[nodiscard]] std::size_t size() const { return count_; }
    [[nodiscard]] bool empty() const { return count_ == 0; }
    // One walk over the encoding; keep the result rather than calling this again.
    [[nodiscard]] std::vector<ByteSpan> items() const;
    // The length-prefixed items as they stand in the transaction, without their count.
    [[nodiscard]] ByteSpan encoded() const { return encoded_; }

private:
    ByteSpan encoded_;
    std::size_t count_;
};

class InputView {
public:
    InputView(ByteSpan buffer, const InputSlot& slot) : buffer_(buffer), slot_(&slot) {}
    [[nodiscard]] OutPoint prevout() const {
        return {Txid::from(buffer_.data() + slot_->prevout),
                load_le<std::uint32_t>(buffer_.data() + slot_->prevout + 32)};
    }
    [[nodiscard]] ByteSpan script_sig() const { return buffer_.subspan(slot_->script, slot_->script_length); }
    [[nodiscard]] std::uint32_t sequence() const {
        return load_le<std::uint32_t>(buffer_.data() + slot_->script + slot_->script_length);
    }
    [[nodiscard]] WitnessView witness() const {
        return {buffer_.subspan(slot_->witness, slot_->witness_end - slot_->witness), slot_->witness_count};
    }

private:
    ByteSpan buffer_;
    const InputSlot* slot_;
};

class OutputView {
public:
    OutputView(ByteSpan buffer, const OutputSlot& slot) : buffer_(buffer), slot_(&slot) {}
    [[nodiscard]] Amount value() const { return slot_->value; }
    [[nodiscard]] ByteSpan script() const { return buffer_.subspan(slot_->script, slot_->script_length); }

private:
    ByteSpan buffer_;
    const OutputSlot* slot_;
};

class TxView {
public:
    TxView(const TxTable& table, std::size_t index) : table_(&table), index_(index) {}

    [[nodiscard]] std::uint32_t version() const;
    [[nodiscard]] std::uint32_t lock_time() const;
    [[nodiscard]] std::size_t input_count() const { return slot().input_count; }
    [[nodiscard]] std::size_t output_count() const { return slot().output_count; }
    [[nodiscard]] InputView input(std::size_t i) const {
        return {table_->buffer_, table_->inputs_[slot().first_input + i]};
    }
    [[nodiscard]] OutputView output(std::size_t i) const {
        return {table_->buffer_, table_->outputs_[slot().first_output + i]};
    }
    [[nodiscard]] const Txid& txid() const { return table_->txids_[index_]; }
    [[nodiscard]] const Wtxid& wtxid() const { return table_->wtxids_[index_]; }
    // A single input that spends the null outpoint.
    [[nodiscard]] bool is_coinbase() const;
    [[nodiscard]] bool has_witness() const { return slot().body != slot().begin + 4; }

    // Serialization as found, with witness where there is one.
    [[nodiscard]] ByteSpan raw() const;
    // The parts of the serialization without witness: version, inputs and outputs, lock time.
    [[nodiscard]] std::array<ByteSpan, 3> stripped_parts() const;
    [[nodiscard]] std::size_t total_size() const { return slot().end - slot().begin; }
    [[nodiscard]] std::size_t stripped_size() const;
    [[nodiscard]] Weight weight() const;

    [[nodiscard]] const TxSlot& slot() const { return table_->txs_[index_]; }

private:
    const TxTable* table_;
    std::size_t index_;
};

inline TxView TxTable::operator[](std::size_t index) const { return {*this, index}; }

}  // namespace keel::primitives
