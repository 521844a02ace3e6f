// Which script rules are in force: soft forks by height, and policy on top of them.
//
// Every flag only restricts: what is valid under a set of flags is valid under each consistent subset of it.
// Values, names and bits are stable; names are those of the published test vectors.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace keel::script {

enum class Flag : std::uint8_t {
    p2sh,                                   // BIP16: evaluate redeem scripts
    strictenc,                              // policy: strict DER, defined hash type, plain public keys
    dersig,                                 // BIP66: strict DER
    low_s,                                  // policy (BIP146): S at most half the group order
    nulldummy,                              // BIP147: the extra CHECKMULTISIG element is empty
    sigpushonly,                            // policy (BIP62 rule 2): scriptSig only pushes
    minimaldata,                            // policy (BIP62 rules 3 and 4): shortest pushes and numbers
    discourage_upgradable_nops,             // policy: reserved no-operations fail
    cleanstack,                             // policy (BIP62 rule 6): exactly one element is left; needs witness
    checklocktimeverify,                    // BIP65
    checksequenceverify,                    // BIP112
    witness,                                // BIP141, BIP143; needs p2sh
    discourage_upgradable_witness_program,  // policy: unknown witness versions fail
    minimalif,                              // policy in witness v0 (tapscript has it as consensus): IF takes "" or 1
    nullfail,                               // policy (BIP146): a failing signature is empty
    witness_pubkeytype,                     // policy in witness v0: compressed keys only
    const_scriptcode,                       // policy: no CODESEPARATOR, no signature in legacy scripts
    taproot,                                // BIP341, BIP342
    discourage_upgradable_taproot_version,  // policy: unknown leaf versions fail
    discourage_op_success,                  // policy: OP_SUCCESSx fails
    discourage_upgradable_pubkeytype,       // policy: unknown tapscript key types fail
};
inline constexpr std::size_t kFlagCount = 21;

// The word for a flag in test vectors, such as "CHECKLOCKTIMEVERIFY".
std::string_view name(Flag flag);

class Flags {
public:
    constexpr Flags() = default;
    constexpr Flags(Flag flag) : bits_(1U << static_cast<unsigned>(flag)) {}

    // Bit n stands for the n-th Flag; other bits are dropped.
    static constexpr Flags from_bits(std::uint32_t bits) { return Flags(bits & ((1U << kFlagCount) - 1), Raw{}); }
    [[nodiscard]] constexpr std::uint32_t bits() const { return bits_; }

    [[nodiscard]] constexpr bool has(Flag flag) const { return (bits_ & Flags(flag).bits_) != 0; }
    [[nodiscard]] constexpr bool has_any(Flags flags) const { return (bits_ & flags.bits_) != 0; }
    [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }
    [[nodiscard]] constexpr bool is_subset_of(Flags other) const { return (bits_ & ~other.bits_) == 0; }
    [[nodiscard]] constexpr Flags without(Flags flags) const { return from_bits(bits_ & ~flags.bits_); }
    // Cleanstack needs witness and witness needs p2sh: without them adding a flag could make an invalid input valid.
    [[nodiscard]] constexpr bool is_consistent() const {
        return (!has(Flag::cleanstack) || has(Flag::witness)) && (!has(Flag::witness) || has(Flag::p2sh));
    }

    constexpr bool operator==(const Flags&) const = default;
    friend constexpr Flags operator|(Flags a, Flags b) { return from_bits(a.bits_ | b.bits_); }
    friend constexpr Flags operator&(Flags a, Flags b) { return from_bits(a.bits_ & b.bits_); }
    constexpr Flags& operator|=(Flags other) { return *this = *this | other; }

    // Comma-separated names; "" and "NONE" are no flags. Nothing when a name is unknown.
    static std::optional<Flags> parse(std::string_view names);

private:
    struct Raw {};
    constexpr Flags(std::uint32_t bits, Raw) : bits_(bits) {}

    std::uint32_t bits_ = 0;
};

constexpr Flags operator|(Flag a, Flag b) { return Flags(a) | Flags(b); }

// What parse() reads; "NONE" for no flags.
std::string to_string(Flags flags);

inline constexpr Flags kAllFlags = Flags::from_bits(~0U);

// Consensus at the tip of every public network.
inline constexpr Flags kMandatoryFlags = Flag::p2sh | Flag::dersig | Flag::nulldummy | Flag::checklocktimeverify |
                                         Flag::checksequenceverify | Flag::witness | Flag::taproot;

// What relayed transactions must satisfy: everything but sigpushonly, which the mempool checks on its own.
inline constexpr Flags kStandardFlags = kAllFlags.without(Flag::sigpushonly);

}  // namespace keel::script
