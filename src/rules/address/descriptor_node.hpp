// The parsed form of a descriptor; for this room only.
#pragma once

#include "rules/address/address.hpp"
#include "rules/address/descriptor.hpp"
#include "rules/address/key_expression.hpp"

namespace keel::address {

enum class Function : std::uint8_t {
    pk,
    pkh,
    wpkh,
    sh,
    wsh,
    tr,
    multi,
    sortedmulti,
    multi_a,
    sortedmulti_a,
    combo,
    addr,
    raw,
    rawtr,
};

struct DescriptorNode {
    Function function = Function::raw;
    unsigned threshold = 0;                                     // of the multi family
    std::vector<KeyExpression> keys{};                          // tr: the internal key
    std::vector<std::shared_ptr<const DescriptorNode>> subs{};  // sh, wsh: one; tr: the leaves
    std::vector<std::uint8_t> depths{};                         // tr: of each leaf
    Bytes script{};                                             // raw, addr
    bool xonly = false;                                         // pk inside tr
};

// Where an expression stands.
enum class Place : std::uint8_t { top, p2sh, p2wsh, p2tr };

KeyPlace key_place(Place place);
std::string_view name_of(Function function);
// Without checksum.
std::string node_text(const DescriptorNode& node, const primitives::AddressPrefixes& prefixes);
[[nodiscard]] Result<std::shared_ptr<const DescriptorNode>, std::string> parse_node(
    std::string_view text, Place place, const primitives::AddressPrefixes& prefixes);
// m <key>... n CHECKMULTISIG.
Bytes multisig_script(unsigned threshold, const std::vector<Bytes>& keys);

}  // namespace keel::address
