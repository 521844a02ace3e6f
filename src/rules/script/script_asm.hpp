// Scripts as text, in the form that RPC calls "asm".
#pragma once

#include <string>

#include "base/bytes.hpp"

namespace keel::script {

// Whether the hash type of what looks like a signature is shown apart, as in "3045...[ALL]": for scriptSigs.
enum class ShowHashTypes : bool { no, yes };

// Operations separated by spaces: pushes of up to four bytes as decimal numbers, longer ones as hex, others by name;
// "[error]" where the script stops parsing.
std::string to_asm(ByteSpan script, ShowHashTypes hash_types = ShowHashTypes::no);

}  // namespace keel::script
