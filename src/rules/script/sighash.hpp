// What a signature signs: the legacy, BIP143 and BIP341/BIP342 signature hashes.
//
// `input` is always below the transaction's input count. Only consensus forces the legacy hash to be linear in the
// whole transaction; the others cost the script code or less.
#pragma once

#include <optional>

#include "rules/script/tx_context.hpp"

namespace keel::script {

inline constexpr std::uint32_t kSighashDefault = 0x00;  // BIP341: like all, with a 64-byte signature
inline constexpr std::uint32_t kSighashAll = 0x01;
inline constexpr std::uint32_t kSighashNone = 0x02;
inline constexpr std::uint32_t kSighashSingle = 0x03;
inline constexpr std::uint32_t kSighashAnyoneCanPay = 0x80;

// Legacy and BIP143 hash types are any 32 bits: ANYONECANPAY is bit 7, NONE and SINGLE are values of the low five bits,
// everything else means ALL. All bits are signed.
struct HashType {
    std::uint32_t value;

    [[nodiscard]] constexpr bool anyone_can_pay() const { return (value & kSighashAnyoneCanPay) != 0; }
    [[nodiscard]] constexpr bool none() const { return (value & 0x1FU) == kSighashNone; }
    [[nodiscard]] constexpr bool single() const { return (value & 0x1FU) == kSighashSingle; }
};

// `script_code` as the signature operation sees it: from the last executed OP_CODESEPARATOR on, with signatures already
// deleted (find_and_delete.hpp); further OP_CODESEPARATORs are dropped here. SINGLE without an output of the same index
// gives the number one, as it always has.
RawHash legacy_sighash(const TxContext& context, std::size_t input, ByteSpan script_code, HashType type);

// BIP143.
RawHash witness_v0_sighash(const TxContext& context, std::size_t input, ByteSpan script_code, HashType type);

// The state shared by the signatures of one input with one script code and mode, which differ in the hash type's other
// bits only: makes many signature operations in one script cost one pass over the transaction.
class SighashCache {
public:
    enum class Algorithm : bool { legacy, witness_v0 };
    // What to hash; `lasting` when the bytes outlive the cache, otherwise they are copied.
    struct ScriptCode {
        ByteSpan bytes;
        bool lasting;
    };

    SighashCache(const TxContext& context, std::size_t input, Algorithm algorithm)
        : context_(context), input_(input), algorithm_(algorithm) {}

    RawHash sighash(const ScriptCode& script_code, HashType type);

private:
    struct Entry {
        ByteSpan script_code;
        Bytes copy;
        crypto::Sha256 state;
    };

    const TxContext& context_;
    std::size_t input_;
    Algorithm algorithm_;
    std::array<std::optional<Entry>, 6> entries_;
};

// BIP341 "Common signature message": how the input is spent.
struct TaprootSpend {
    static constexpr std::uint32_t kNoCodeSeparator = 0xFFFFFFFF;

    std::optional<RawHash> annex_hash;  // annex_hash()
    // BIP342; none for the key path.
    struct Leaf {
        RawHash hash;                                     // tapleaf_hash()
        std::uint32_t code_separator = kNoCodeSeparator;  // position, in operations, of the last one executed
    };
    std::optional<Leaf> leaf;
    // Filled by taproot_sighash: the output with the input's index, which many signatures of one script may cover.
    std::optional<RawHash> single_output;
};

// Nothing for an undefined hash type, or SINGLE without an output of the same index. The context must have been built
// with a witness on this input (or Precompute::all) over a taproot output.
std::optional<RawHash> taproot_sighash(const TxContext& context, std::size_t input, std::uint8_t hash_type,
                                       TaprootSpend& spend);

}  // namespace keel::script
