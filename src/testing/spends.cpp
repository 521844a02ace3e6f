#include "testing/spends.hpp"

#include "base/assert.hpp"
#include "crypto/hash.hpp"
#include "crypto/sha256.hpp"
#include "testing/scripts.hpp"

namespace keel::testing {

using primitives::MutableTx;
using primitives::TxInput;
using primitives::TxOutput;
using primitives::Writer;

namespace {

constexpr std::uint8_t kSighashAll = 1;

void write_output(Writer& out, const TxOutput& output) {
    out.write(output.value.satoshi());
    out.write_var_bytes(output.script);
}

Bytes all_prevouts(const MutableTx& tx) {
    Bytes bytes;
    Writer out(bytes);
    for (const TxInput& input : tx.inputs) {
        input.prevout.write(out);
    }
    return bytes;
}

Bytes all_sequences(const MutableTx& tx) {
    Bytes bytes;
    Writer out(bytes);
    for (const TxInput& input : tx.inputs) {
        out.write(input.sequence);
    }
    return bytes;
}

Bytes all_outputs(const MutableTx& tx) {
    Bytes bytes;
    Writer out(bytes);
    for (const TxOutput& output : tx.outputs) {
        write_output(out, output);
    }
    return bytes;
}

// The transaction with only this input's script filled in, and the hash type.
RawHash legacy_hash(MutableTx tx, std::size_t index, const Bytes& script_code) {
    for (TxInput& input : tx.inputs) {
        input.script_sig.clear();
        input.witness.clear();
    }
    tx.inputs[index].script_sig = script_code;
    Bytes bytes = tx.serialize();
    Writer(bytes).write(std::uint32_t{kSighashAll});
    return crypto::sha256d(bytes);
}

// BIP143 "Specification", with SIGHASH_ALL.
RawHash segwit_hash(const MutableTx& tx, std::size_t index, const Bytes& script_code, primitives::Amount value) {
    Bytes bytes;
    Writer out(bytes);
    out.write(tx.version);
    out.write_hash(crypto::sha256d(all_prevouts(tx)));
    out.write_hash(crypto::sha256d(all_sequences(tx)));
    tx.inputs[index].prevout.write(out);
    out.write_var_bytes(script_code);
    out.write(value.satoshi());
    out.write(tx.inputs[index].sequence);
    out.write_hash(crypto::sha256d(all_outputs(tx)));
    out.write(tx.lock_time);
    out.write(std::uint32_t{kSighashAll});
    return crypto::sha256d(bytes);
}

// BIP341 "Common signature message", default hash type, key path, no annex.
RawHash taproot_hash(const MutableTx& tx, std::size_t index, std::span<const OwnedCoin> coins) {
    Bytes amounts;
    Bytes scripts;
    for (const OwnedCoin& owned : coins) {
        Writer(amounts).write(owned.coin.value.satoshi());
        Writer(scripts).write_var_bytes(owned.coin.script);
    }
    Bytes bytes;
    Writer out(bytes);
    out.write(std::uint8_t{0});  // epoch
    out.write(std::uint8_t{0});  // hash type
    out.write(tx.version);
    out.write(tx.lock_time);
    out.write_hash(crypto::sha256(all_prevouts(tx)));
    out.write_hash(crypto::sha256(amounts));
    out.write_hash(crypto::sha256(scripts));
    out.write_hash(crypto::sha256(all_sequences(tx)));
    out.write_hash(crypto::sha256(all_outputs(tx)));
    out.write(std::uint8_t{0});  // key path without annex
    out.write(static_cast<std::uint32_t>(index));
    return crypto::tagged_hash("TapSighash", bytes);
}

Bytes ecdsa_signature(const crypto::SecretKey& key, const RawHash& digest) {
    Bytes out = key.sign_ecdsa(digest);
    out.push_back(std::byte{kSighashAll});
    return out;
}

void sign_input(MutableTx& tx, std::size_t index, std::span<const OwnedCoin> coins) {
    const OwnedCoin& owned = coins[index];
    if (!owned.key) {
        return;
    }
    const crypto::SecretKey& key = *owned.key;
    const Bytes& script = owned.coin.script;
    TxInput& input = tx.inputs[index];
    if (script == p2tr_script(key)) {
        const auto signature = key.taproot_tweaked(std::nullopt).sign_schnorr(taproot_hash(tx, index, coins).bytes, {});
        input.witness = {to_bytes(signature)};
    } else if (script == p2wpkh_script(key)) {
        const RawHash digest = segwit_hash(tx, index, p2pkh_script(key), owned.coin.value);
        input.witness = {ecdsa_signature(key, digest), key.public_key()};
    } else if (script == p2pkh_script(key)) {
        input.script_sig = push(ecdsa_signature(key, legacy_hash(tx, index, script)));
        append(input.script_sig, push(key.public_key()));
    } else {
        KEEL_ASSERT(script == p2pk_script(key));
        input.script_sig = push(ecdsa_signature(key, legacy_hash(tx, index, script)));
    }
}

}  // namespace

MutableTx make_spend(std::span<const OwnedCoin> coins, std::vector<TxOutput> outputs) {
    MutableTx tx;
    tx.outputs = std::move(outputs);
    for (const OwnedCoin& owned : coins) {
        TxInput input;
        input.prevout = owned.outpoint;
        tx.inputs.push_back(std::move(input));
    }
    sign(tx, coins);
    return tx;
}

void sign(MutableTx& tx, std::span<const OwnedCoin> coins) {
    KEEL_ASSERT(tx.inputs.size() == coins.size());
    for (std::size_t i = 0; i < coins.size(); ++i) {
        sign_input(tx, i, coins);
    }
}

OwnedCoin coin_of(const MutableTx& tx, std::uint32_t index, std::optional<crypto::SecretKey> key,
                  primitives::Height height) {
    const TxOutput& output = tx.outputs[index];
    const bool coinbase = tx.inputs.size() == 1 && tx.inputs[0].prevout.is_null();
    return {{tx.freeze()->txid(), index}, {output.value, height, coinbase, output.script}, std::move(key)};
}

}  // namespace keel::testing
