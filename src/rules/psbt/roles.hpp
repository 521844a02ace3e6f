// What BIP174 calls roles: updating, signing, combining, finishing and extracting.
#pragma once

#include <memory>

#include "rules/psbt/psbt.hpp"
#include "rules/signing/tx_signer.hpp"

namespace keel::psbt {

// For the transaction and the outputs that it spends as the PSBT tells them; null when lock times contradict. Must be
// made anew when inputs learn about their outputs.
std::unique_ptr<signing::TxSigner> make_signer(const Psbt& psbt);

enum class SignResult : std::uint8_t {
    complete,
    incomplete,
    missing_output,      // the PSBT does not say which output is spent
    hash_type_mismatch,  // the PSBT demands another one
};

struct SignRequest {
    const address::KeyStore& keys;
    std::uint8_t hash_type = 0;  // kSighashDefault: what the input demands, or the usual one
    bool finish = true;          // replace the pieces of a complete input by the final form
    bool key_paths = true;       // add where keys come from
};

// Adds to an input what the keys tell: scripts, origins, signatures.
SignResult sign_input(Psbt& psbt, std::size_t input, const signing::TxSigner& signer, const SignRequest& request);
// What an attempt without keys finds and lacks, the input unchanged; with `pretended` signatures of the usual size.
signing::SpendData attempt(const Psbt& psbt, std::size_t input, const signing::TxSigner& signer, bool pretended);
// Adds to an output how it will be spent.
void update_output(Psbt& psbt, std::size_t output, const address::KeyStore& keys);

// The signatures and scripts of an input.
signing::SpendData spend_data_of(const Input& input);
// The public keys and scripts of an input, for whoever composes its final form.
address::KeyStore known_of(const Input& input);

// Whether the input is final and verifies.
bool is_signed(const Psbt& psbt, std::size_t input, const signing::TxSigner& signer);
// Finishes what is complete; whether all inputs are final now.
bool finish(Psbt& psbt);
// The final transaction; nothing unless all inputs are final.
[[nodiscard]] std::optional<primitives::MutableTx> extract(const Psbt& psbt);

// Takes over what `other` has and this has not; false when they are not about the same transaction.
[[nodiscard]] bool merge(Psbt& psbt, const Psbt& other);
// Previous transactions are not needed where every input signs its amount (segwit version 1 and above).
void drop_previous_transactions(Psbt& psbt);

}  // namespace keel::psbt
