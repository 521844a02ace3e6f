#include "rules/address/secret_key.hpp"

#include "rules/address/base58.hpp"

namespace keel::address {

namespace {

constexpr std::size_t kKeySize = 32;
constexpr std::byte kCompressedMark{1};

}  // namespace

std::string encode_secret_key(const WifKey& key, const primitives::AddressPrefixes& prefixes) {
    Bytes payload = {static_cast<std::byte>(prefixes.secret_key)};
    append(payload, key.key.bytes());
    if (key.compressed) {
        payload.push_back(kCompressedMark);
    }
    return base58check_encode(payload);
}

std::optional<WifKey> decode_secret_key(std::string_view text, const primitives::AddressPrefixes& prefixes) {
    const auto payload = base58check_decode(text, 1 + kKeySize + 1);
    if (!payload || payload->size() < 1 + kKeySize || (*payload)[0] != static_cast<std::byte>(prefixes.secret_key)) {
        return std::nullopt;
    }
    const bool compressed = payload->size() == 1 + kKeySize + 1;
    if (compressed && payload->back() != kCompressedMark) {
        return std::nullopt;
    }
    auto key = crypto::SecretKey::from_bytes(ByteSpan(*payload).subspan(1, kKeySize));
    if (!key) {
        return std::nullopt;
    }
    return WifKey{*std::move(key), compressed};
}

}  // namespace keel::address
