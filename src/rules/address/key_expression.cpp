#include "rules/address/key_expression.hpp"

#include <charconv>

#include "base/hex.hpp"

namespace keel::address {
namespace {

using Error = Failure<std::string>;

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> out;
    for (;;) {
        const std::size_t end = text.find(separator);
        out.push_back(text.substr(0, end));
        if (end == std::string_view::npos) {
            return out;
        }
        text.remove_prefix(end + 1);
    }
}

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

std::string path_text(const std::vector<std::uint32_t>& path, bool apostrophe) {
    std::string out;
    for (const std::uint32_t step : path) {
        out += "/" + std::to_string(step & ~kHardened);
        if ((step & kHardened) != 0) {
            out += apostrophe ? '\'' : 'h';
        }
    }
    return out;
}

std::optional<std::uint32_t> decimal(std::string_view text) {
    std::uint32_t out = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    return error == std::errc() && end == text.data() + text.size() ? std::optional(out) : std::nullopt;
}

bool has_key_length(ByteSpan key) {
    if (key.empty()) {
        return false;
    }
    const auto first = std::to_integer<unsigned>(key[0]);
    return first == 2 || first == 3 ? key.size() == 33 : (first == 4 || first == 6 || first == 7) && key.size() == 65;
}

}  // namespace

Result<KeyExpression, std::string> KeyExpression::parse(std::string_view text, KeyPlace place,
                                                        const Prefixes& prefixes) {
    const std::vector<std::string_view> parts = split(text, ']');
    if (parts.size() > 2) {
        return Error("Multiple ']' characters found for a single pubkey");
    }
    if (parts.size() == 1) {
        return parse_inner(text, place, prefixes);
    }
    if (!parts[0].starts_with('[')) {
        return Error("Key origin start '[ character expected but not found, got '" +
                     std::string(1, parts[0].empty() ? ']' : parts[0][0]) + "' instead");
    }
    const std::vector<std::string_view> steps = split(parts[0].substr(1), '/');
    if (steps[0].size() != 8) {
        return Error("Fingerprint is not 4 bytes (" + std::to_string(steps[0].size()) +
                     " characters instead of 8 characters)");
    }
    const auto fingerprint = from_hex(steps[0]);
    if (!fingerprint) {
        return Error("Fingerprint '" + std::string(steps[0]) + "' is not hex");
    }
    KeyExpression reader;
    KeyOrigin origin;
    std::ranges::copy(*fingerprint, origin.fingerprint.begin());
    KEEL_TRY(origin.path, reader.parse_path(std::span(steps).subspan(1)));
    KEEL_TRY(KeyExpression out, parse_inner(parts[1], place, prefixes));
    out.origin_ = std::move(origin);
    out.apostrophe_ = out.apostrophe_ || reader.apostrophe_;
    return out;
}

Result<KeyExpression, std::string> KeyExpression::parse_inner(std::string_view text, KeyPlace place,
                                                              const Prefixes& prefixes) {
    const std::string word(text.substr(0, text.find('/')));
    if (word.empty()) {
        return Error("No key provided");
    }
    if (is_space(word.front()) || is_space(word.back())) {
        return Error("Key '" + word + "' is invalid due to whitespace");
    }
    KeyExpression out;
    if (word.size() != text.size()) {
        KEEL_CHECK(out.parse_extended(text, prefixes));
        return out;
    }
    if (auto bytes = from_hex(word)) {
        const bool is_whole = has_key_length(*bytes);
        if (is_whole && (*bytes)[0] >= std::byte{6}) {
            return Error("Hybrid public keys are not allowed");
        }
        if (is_whole && crypto::is_valid_public_key(*bytes)) {
            if (place != KeyPlace::legacy && bytes->size() != 33) {
                return Error("Uncompressed keys are not allowed");
            }
            out.key_ = PlainKey{std::move(*bytes)};
            return out;
        }
        if (place == KeyPlace::taproot && crypto::is_valid_xonly_key(*bytes)) {
            Bytes even{std::byte{2}};
            append(even, *bytes);
            out.key_ = PlainKey{std::move(even), true};
            return out;
        }
        return Error("Pubkey '" + word + "' is invalid");
    }
    if (auto secret = decode_secret_key(word, prefixes)) {
        if (place != KeyPlace::legacy && !secret->compressed) {
            return Error("Uncompressed keys are not allowed");
        }
        out.key_ = PlainKey{secret->key.public_key(secret->compressed), place == KeyPlace::taproot, std::move(secret)};
        return out;
    }
    KEEL_CHECK(out.parse_extended(text, prefixes));
    return out;
}

Result<void, std::string> KeyExpression::parse_extended(std::string_view text, const Prefixes& prefixes) {
    std::vector<std::string_view> steps = split(text, '/');
    auto secret = decode_extended_secret_key(steps[0], prefixes);
    auto root = secret ? std::optional(secret->neuter()) : decode_extended_public_key(steps[0], prefixes);
    if (!root) {
        return Error("key '" + std::string(steps[0]) + "' is not valid");
    }
    if (const std::string_view last = steps.back(); last == "*" || last == "*'" || last == "*h") {
        ranged_ = last == "*" ? Ranged::plain : Ranged::hardened;
        apostrophe_ = last == "*'";
        steps.pop_back();
    }
    ExtendedKey extended{std::move(*root), std::move(secret)};
    KEEL_TRY(extended.path, parse_path(std::span(steps).subspan(1)));
    if (!extended.secret) {
        extended.end = extended.root;
        for (const std::uint32_t step : extended.path) {
            extended.end = extended.end ? extended.end->derive(step) : std::nullopt;
        }
    }
    key_ = std::move(extended);
    return {};
}

Result<std::vector<std::uint32_t>, std::string> KeyExpression::parse_path(std::span<const std::string_view> steps) {
    std::vector<std::uint32_t> out;
    for (const std::string_view step : steps) {
        if (step.empty()) {
            return Error("Key path value '' is not valid");
        }
        const bool hardened = step.ends_with('\'') || step.ends_with('h');
        const auto number = decimal(step.substr(0, step.size() - (hardened ? 1 : 0)));
        if (!number) {
            return Error("Key path value '" + std::string(step) + "' is not a valid uint32");
        }
        if (*number >= kHardened) {
            return Error("Key path value " + std::to_string(*number) + " is out of range");
        }
        out.push_back(*number | (hardened ? kHardened : 0));
        if (hardened) {
            apostrophe_ = step.ends_with('\'');
        }
    }
    return out;
}

KeyExpression KeyExpression::known(ByteSpan public_key, KeyPlace place, const KeyStore& store) {
    KeyExpression out;
    const KeyStore::KnownKey* known = nullptr;
    if (place == KeyPlace::taproot) {
        crypto::XOnlyKey x;
        std::ranges::copy(public_key.last(x.size()), x.begin());
        known = store.origin(x);
    } else {
        known = store.origin_of(public_key);
    }
    if (known != nullptr) {
        out.origin_ = known->origin;
    }
    out.key_ = PlainKey{to_bytes(public_key), place == KeyPlace::taproot};
    return out;
}

bool KeyExpression::has_secret() const {
    const auto* plain = std::get_if<PlainKey>(&key_);
    return plain != nullptr ? plain->secret.has_value() : std::get<ExtendedKey>(key_).secret.has_value();
}

std::size_t KeyExpression::key_size() const {
    const auto* plain = std::get_if<PlainKey>(&key_);
    return plain != nullptr ? plain->key.size() : 33;
}

std::string KeyExpression::text(const Prefixes& prefixes) const {
    std::string out;
    if (origin_) {
        out = "[" + to_hex(origin_->fingerprint) + path_text(origin_->path, apostrophe_) + "]";
    }
    if (const auto* plain = std::get_if<PlainKey>(&key_)) {
        return out + to_hex(ByteSpan(plain->key).subspan(plain->xonly ? 1 : 0));
    }
    const auto& extended = std::get<ExtendedKey>(key_);
    out += encode_extended_key(extended.root, prefixes) + path_text(extended.path, apostrophe_);
    if (is_range()) {
        out += ranged_ == Ranged::plain ? "/*" : apostrophe_ ? "/*'" : "/*h";
    }
    return out;
}

std::optional<Bytes> KeyExpression::derive(std::uint32_t index, KeyStore& store) const {
    const auto* plain = std::get_if<PlainKey>(&key_);
    if (plain == nullptr) {
        return derive_extended(std::get<ExtendedKey>(key_), index, store);
    }
    if (plain->secret) {
        store.add_secret(*plain->secret);
    }
    store.add_public_key(plain->key);
    const crypto::Hash160 hash = crypto::hash160(plain->key);
    note_origin(plain->key, {hash[0], hash[1], hash[2], hash[3]}, {}, store);
    return plain->key;
}

std::optional<Bytes> KeyExpression::derive_extended(const ExtendedKey& from, std::uint32_t index,
                                                    KeyStore& store) const {
    std::vector<std::uint32_t> path = from.path;
    if (is_range()) {
        path.push_back(index | (ranged_ == Ranged::hardened ? kHardened : 0));
    }
    std::optional<Bytes> key;
    if (from.secret) {
        std::optional<ExtendedSecretKey> at = from.secret;
        for (const std::uint32_t step : path) {
            at = at ? at->derive(step) : std::nullopt;
        }
        if (at) {
            store.add_secret({at->key, true});
            key = at->key.public_key();
        }
    } else if (from.end) {
        auto at = is_range() ? from.end->derive(path.back()) : from.end;
        key = at ? std::optional(std::move(at->key)) : std::nullopt;
    }
    if (key) {
        store.add_public_key(*key);
        note_origin(*key, from.root.fingerprint(), std::move(path), store);
    }
    return key;
}

void KeyExpression::note_origin(ByteSpan key, const std::array<std::byte, 4>& fingerprint,
                                std::vector<std::uint32_t> path, KeyStore& store) const {
    KeyOrigin origin{fingerprint, {}};
    if (origin_) {
        origin = *origin_;
    }
    origin.path.insert(origin.path.end(), path.begin(), path.end());
    store.origins.try_emplace(crypto::hash160(key), KeyStore::KnownKey{to_bytes(key), std::move(origin)});
}

}  // namespace keel::address
