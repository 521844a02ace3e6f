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

// The size of an input in a legacy signature hash that blanks its script: outpoint, empty script, sequence.
inline constexpr std::size_t kBlankInputSize = 41;

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

    // From this many inputs without witness on, blank_inputs() and prefix_before() have something to give. Each legacy
    // signature with SIGHASH_ALL covers all inputs, which is quadratic by consensus; this halves the work.
    static constexpr std::size_t kManyLegacyInputs = 8;
    // All inputs with their scripts blanked; empty below kManyLegacyInputs.
    [[nodiscard]] ByteSpan blank_inputs() const { return blank_inputs_; }
    // A hash state that has taken version, input count and the blanked inputs before `input_begin`, which is returned
    // rounded down to the nearest state kept. Only where blank_inputs() is not empty.
    [[nodiscard]] const crypto::Sha256& prefix_before(std::size_t input, std::size_t& input_begin) const;

private:
    void compute_shared(bool with_spent);
    void compute_prefixes();

    static constexpr std::size_t kPrefixStride = 16;

    primitives::TxView tx_;
    std::span<const CoinView> spent_;
    ByteSpan counted_outputs_;
    bool has_shared_ = false;
    bool has_spent_hashes_ = false;
    SharedHashes shared_;
    SharedDoubleHashes shared_double_;
    Bytes blank_inputs_;
    std::vector<crypto::Sha256> prefixes_;  // after 0, kPrefixStride, 2 * kPrefixStride, ... inputs
};

}  // namespace keel::script
