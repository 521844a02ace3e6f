// Output descriptors (BIP380 to BIP386, BIP389): which scripts a text stands for, and the text for a script.
//
// pk pkh wpkh sh wsh tr multi sortedmulti multi_a sortedmulti_a combo addr raw rawtr, with origins, WIF and extended
// keys, ranges and <a;b> choices. Miniscript and musig() are not understood.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "rules/address/key_store.hpp"
#include "rules/primitives/params.hpp"

namespace keel::address {

// Eight characters over the descriptor without "#" (BIP380 "Checksum"); empty when a character is not allowed there.
std::string descriptor_checksum(std::string_view descriptor);

// Why a text is no descriptor, or gives no script: one sentence for the user.
struct DescriptorError {
    std::string text;
};

enum class Checksum : bool { optional, required };

struct DescriptorNode;

// Immutable and cheap to copy.
class Descriptor {
public:
    using Prefixes = primitives::AddressPrefixes;

    // One for each choice of <a;b;...>, otherwise exactly one.
    [[nodiscard]] static Result<std::vector<Descriptor>, DescriptorError> parse(std::string_view text,
                                                                                const Prefixes& prefixes,
                                                                                Checksum checksum = Checksum::optional);

    explicit Descriptor(std::shared_ptr<const DescriptorNode> root) : root_(std::move(root)) {}

    // Stands for one script per position of a range.
    [[nodiscard]] bool is_range() const;
    // Says how its outputs can be spent: not addr(), raw().
    [[nodiscard]] bool is_solvable() const;
    [[nodiscard]] bool has_secrets() const;
    // Whether all its outputs are of one type: not combo().
    [[nodiscard]] bool is_single_type() const;
    // Without secrets, with checksum.
    [[nodiscard]] std::string text(const Prefixes& prefixes) const;
    // The output scripts at a position (below 2^31), and into `store` what is known about spending them. Nothing when a
    // hardened step needs a secret key that is not there.
    [[nodiscard]] std::optional<std::vector<Bytes>> expand(std::uint32_t index, KeyStore& store) const;

private:
    std::shared_ptr<const DescriptorNode> root_;
};

// The most telling descriptor for a script, with checksum: keys and scripts that are hashed are taken from `store`;
// addr() or raw() when nothing better is known.
std::string infer_descriptor(ByteSpan script, const primitives::AddressPrefixes& prefixes, const KeyStore& store = {});

}  // namespace keel::address
