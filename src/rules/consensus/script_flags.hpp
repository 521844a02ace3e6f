// Which script rules a block is under.
#pragma once

#include "rules/primitives/params.hpp"
#include "rules/script/flags.hpp"

namespace keel::consensus {

using ScriptFlags = script::Flags;

// P2SH, witness and taproot always, except for the blocks listed in the parameters; strict DER, CLTV, CSV and NULLDUMMY
// from their buried heights on.
ScriptFlags script_flags(primitives::Height height, const primitives::BlockHash& hash,
                         const primitives::Params& params);

}  // namespace keel::consensus
