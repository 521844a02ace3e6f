// PSBTs as bytes: a magic, then maps of keys to values, each ended by a zero byte. Work linear in the bytes.
#pragma once

#include <string>

#include "base/result.hpp"
#include "rules/psbt/psbt.hpp"

namespace keel::psbt {

inline constexpr std::size_t kPsbtSizeMax = 100'000'000;

// The error is a sentence.
[[nodiscard]] Result<Psbt, std::string> parse(ByteSpan bytes);
Bytes serialize(const Psbt& psbt);

}  // namespace keel::psbt
