// SHA3-256 (FIPS 202), for the checksum of Tor v3 addresses. Pure and thread-safe; not built for speed.
#pragma once

#include "base/bytes.hpp"
#include "base/hash256.hpp"

namespace keel::crypto {

RawHash sha3_256(ByteSpan data);

}  // namespace keel::crypto
