// Whether one input of a transaction may spend its output: the whole of script verification.
//
// Covers BIP16, 65, 66, 112, 141, 143, 146, 147, 340, 341 and 342, and the policy rules in flags.hpp. Pure and
// thread-safe: the inputs of one TxContext may be verified concurrently.
//
// Bounds: script.hpp has the limits of scripts and stacks; tapscript is bounded by its validation weight. Work is at
// most linear in script size times, for each signature operation in a legacy script, the size of the transaction.
#pragma once

#include "rules/script/error.hpp"
#include "rules/script/flags.hpp"
#include "rules/script/signature_verifier.hpp"
#include "rules/script/tx_context.hpp"

namespace keel::script {

// `flags` must be consistent (Flags::is_consistent); `input` below the transaction's input count. The error tells the
// rule that failed first.
[[nodiscard]] Status verify_input(const TxContext& context, std::size_t input, Flags flags,
                                  const SignatureVerifier& verifier);

// The same with CryptoVerifier.
[[nodiscard]] Status verify_input(const TxContext& context, std::size_t input, Flags flags);

}  // namespace keel::script
