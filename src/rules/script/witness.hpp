// BIP141 witness programs. Internal to this room.
#pragma once

#include "rules/script/machine.hpp"

namespace keel::script {

enum class Nesting : bool { bare, p2sh };

// Runs what the input's witness supplies for this program.
Status verify_witness_program(const InputCheck& check, const WitnessProgram& program, Nesting nesting);

}  // namespace keel::script
