// Base64 (RFC 4648 section 4), with padding.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace keel::rpc {

std::string base64_encode(ByteSpan bytes);
// Nothing for other characters, missing or misplaced padding, or bits that stand for nothing.
[[nodiscard]] std::optional<Bytes> base64_decode(std::string_view text);

}  // namespace keel::rpc
