#include "script_vectors.hpp"

#include <charconv>

#include "base/assert.hpp"
#include "base/hex.hpp"
#include "rules/script/opcodes.hpp"
#include "rules/script/script_builder.hpp"
#include "testing/data_json.hpp"

namespace keel::conformance {

namespace {

using script::Flag;
using script::Flags;
using script::Opcode;
using script::ScriptBuilder;

std::optional<std::int64_t> parse_number(std::string_view word) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    return error == std::errc() && end == word.data() + word.size() ? std::optional(value) : std::nullopt;
}

Opcode parse_operation(std::string_view word) {
    auto code = script::opcode_from_name(word);
    if (!code) {
        code = script::opcode_from_name("OP_" + std::string(word));
    }
    KEEL_ASSERT(code.has_value());
    return *code;
}

void add_word(ScriptBuilder& out, std::string_view word) {
    if (const auto number = parse_number(word)) {
        out.number(*number);
    } else if (word.starts_with("0x")) {
        const auto bytes = from_hex(word.substr(2));
        KEEL_ASSERT(bytes.has_value());
        out.raw(*bytes);
    } else if (word.size() >= 2 && word.front() == '\'' && word.back() == '\'') {
        out.push(as_bytes(word.substr(1, word.size() - 2)));
    } else {
        out.op(parse_operation(word));
    }
}

}  // namespace

Bytes parse_script(std::string_view text) {
    constexpr std::string_view kSpaces = " \t\n";
    ScriptBuilder out;
    while (true) {
        text.remove_prefix(std::min(text.find_first_not_of(kSpaces), text.size()));
        if (text.empty()) {
            return std::move(out).bytes();
        }
        const std::string_view word = text.substr(0, text.find_first_of(kSpaces));
        add_word(out, word);
        text.remove_prefix(word.size());
    }
}

Bytes hex_bytes(const boost::json::value& value) {
    const auto bytes = from_hex(testing::text_of(value));
    KEEL_ASSERT(bytes.has_value());
    return *bytes;
}

Flags parse_flags(std::string_view names) {
    const auto flags = Flags::parse(names);
    KEEL_ASSERT(flags.has_value());
    return *flags;
}

Flags trim(Flags flags) {
    if (!flags.has(Flag::p2sh)) {
        flags = flags.without(Flag::witness);
    }
    return flags.has(Flag::witness) ? flags : flags.without(Flag::cleanstack);
}

Flags fill(Flags flags) {
    if (flags.has(Flag::cleanstack)) {
        flags |= Flag::witness;
    }
    return flags.has(Flag::witness) ? flags | Flag::p2sh : flags;
}

void Coins::add(primitives::Amount value, Bytes script) {
    scripts_.push_back(std::make_shared<const Bytes>(std::move(script)));
    views_.push_back({value, primitives::Height(0), false, *scripts_.back()});
}

Coins Coins::from_outputs(ByteSpan encoded) {
    Coins out;
    primitives::Reader in(encoded);
    while (in.ok() && in.remaining() > 0) {
        const primitives::Amount value(in.read<std::int64_t>());
        out.add(value, to_bytes(in.read_var_bytes()));
    }
    KEEL_ASSERT(in.ok());
    return out;
}

template <class Verify>
bool CachingVerifier::look_up(Bytes key, const Verify& verify) const {
    const auto found = known_.find(key);
    if (found != known_.end()) {
        return found->second;
    }
    return known_.emplace(std::move(key), verify()).first->second;
}

bool CachingVerifier::verify_ecdsa(ByteSpan public_key, ByteSpan der, const RawHash& digest) const {
    Bytes key{std::byte{'e'}, static_cast<std::byte>(public_key.size())};
    append(key, public_key);
    append(key, digest.bytes);
    append(key, der);
    return look_up(std::move(key), [&] { return script::CryptoVerifier().verify_ecdsa(public_key, der, digest); });
}

bool CachingVerifier::verify_schnorr(ByteSpan xonly_key, ByteSpan signature, const RawHash& digest) const {
    Bytes key{std::byte{'s'}};
    append(key, xonly_key);
    append(key, digest.bytes);
    append(key, signature);
    return look_up(std::move(key),
                   [&] { return script::CryptoVerifier().verify_schnorr(xonly_key, signature, digest); });
}

script::Status verify_all(const script::TxContext& context, Flags flags, const script::SignatureVerifier& verifier) {
    for (std::size_t i = 0; i < context.tx().input_count(); ++i) {
        KEEL_CHECK(script::verify_input(context, i, flags, verifier));
    }
    return {};
}

}  // namespace keel::conformance
