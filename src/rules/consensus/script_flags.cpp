#include "rules/consensus/script_flags.hpp"

namespace keel::consensus {

using primitives::ScriptFlagException;
using script::Flag;

namespace {

ScriptFlags from_exception(ScriptFlagException exception) {
    switch (exception) {
        case ScriptFlagException::none: return {};
        case ScriptFlagException::p2sh_and_witness: return Flag::p2sh | Flag::witness;
    }
    return {};
}

}  // namespace

// P2SH, segwit and taproot bind from genesis on: but for the listed blocks, no block in the history of any public
// network breaks them, and a rule without a starting height is the simplest one.
ScriptFlags script_flags(primitives::Height height, const primitives::BlockHash& hash,
                         const primitives::Params& params) {
    ScriptFlags flags = Flag::p2sh | Flag::witness | Flag::taproot;
    if (const auto listed = params.script_flag_exceptions.find(hash); listed != params.script_flag_exceptions.end()) {
        flags = from_exception(listed->second);
    }
    const auto add_from = [&](primitives::Height start, Flag flag) {
        if (height >= start) {
            flags |= flag;
        }
    };
    add_from(params.buried.bip66, Flag::dersig);
    add_from(params.buried.bip65, Flag::checklocktimeverify);
    add_from(params.buried.csv, Flag::checksequenceverify);
    add_from(params.buried.segwit, Flag::nulldummy);
    return flags;
}

}  // namespace keel::consensus
