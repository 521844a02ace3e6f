// A transaction with the outputs it spends, and the parts of signature hashes that its inputs share.
//
// Built once per transaction and immutable from then on, so that inputs can be verified on several threads. Views only:
// the transaction and the spent outputs' scripts must outlive it.
//
// Cost of building: none beyond the object for a transaction with few inputs, all legacy; otherwise one pass over
// inputs, outputs and spent scripts (BIP143 and BIP341 hashes; kManyLegacyInputs).
#pragma once

#include <span>
#include <vector>

#include "crypto/sha256.hpp"
#include "rules/primitives/coin.hpp"
#include "rules/primitives/tx_table.hpp"

namespace keel::script {

using primitives::CoinView;

// BIP341 "Common signature message": single SHA-256 over all inputs or outputs.
struct SharedHashes {
    RawHash prevouts;
    RawHash amounts;
    RawHash scripts;
    RawHash sequences;
    RawHash outputs;
};

// BIP143 "Specification": double SHA-256.
struct SharedDoubleHashes {
    RawHash prevouts;
    RawHash sequences;
    RawHash outputs;
};

// All inputs of a transaction as a legacy signature hash has those that it does not sign: outpoint, empty script,
// sequence. Each legacy signature covers all inputs, which is quadratic by consensus; the hash states kept here halve
// the work, and the rest is one contiguous pass.
class BlankInputs {
public:
    static constexpr std::size_t kInputSize = 41;
    // NONE and SINGLE sign zeros instead of the sequences.
    enum class Sequences : bool { zero, kept };

    BlankInputs() = default;
    BlankInputs(primitives::TxView tx, Sequences sequences);

    [[nodiscard]] bool empty() const { return bytes_.empty(); }
    // Inputs [begin, end).
    [[nodiscard]] ByteSpan range(std::size_t begin, std::size_t end) const {
        return ByteSpan(bytes_).subspan(begin * kInputSize, (end - begin) * kInputSize);
    }
    // A hash state that has taken version, input count and the inputs before `input`, rounded down to the nearest
    // state kept.
    struct Prefix {
        const crypto::Sha256& state;
        std::size_t inputs;
    };
    [[nodiscard]] Prefix prefix_before(std::size_t input) const {
        return {prefixes_[input / kStride], input / kStride * kStride};
    }

private:
    static constexpr std::size_t kStride = 16;

    Bytes bytes_;
    std::vector<crypto::Sha256> prefixes_;  // after 0, kStride, 2 * kStride, ... inputs
};

class TxContext {
public:
    // Which shared hashes to compute: those that the witnesses present can need, or all (to sign inputs that have no
    // witness yet).
    enum class Precompute : bool { by_witness, all };

    // `spent` has the coin of each input, in order.
    TxContext(primitives::TxView tx, std::span<const CoinView> spent, Precompute what = Precompute::by_witness);

    [[nodiscard]] const primitives::TxView& tx() const { return tx_; }
    [[nodiscard]] const CoinView& spent(std::size_t input) const { return spent_[input]; }

    // The serialized outputs, with and without their count in front; one output.
    [[nodiscard]] ByteSpan counted_outputs() const { return counted_outputs_; }
    [[nodiscard]] ByteSpan outputs() const;
    [[nodiscard]] ByteSpan output(std::size_t index) const;

    // Asserts that they were computed.
    [[nodiscard]] const SharedHashes& shared_hashes() const;
    [[nodiscard]] const SharedDoubleHashes& shared_double_hashes() const;

    // Prepared when at least this many inputs have no witness; empty otherwise.
    static constexpr std::size_t kManyLegacyInputs = 16;
    [[nodiscard]] const BlankInputs& blank_inputs(BlankInputs::Sequences sequences) const {
        return sequences == BlankInputs::Sequences::kept ? blank_inputs_ : blank_inputs_zero_;
    }

private:
    void compute_shared(bool with_spent);

    primitives::TxView tx_;
    std::span<const CoinView> spent_;
    ByteSpan counted_outputs_;
    bool has_shared_ = false;
    bool has_spent_hashes_ = false;
    SharedHashes shared_;
    SharedDoubleHashes shared_double_;
    BlankInputs blank_inputs_;
    BlankInputs blank_inputs_zero_;
};

}  // namespace keel::script
