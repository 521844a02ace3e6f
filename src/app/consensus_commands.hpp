// `keel rules` and `keel verify-block`: the consensus rules for people to read, and to try on one block.
#pragma once

#include <iosfwd>
#include <span>
#include <string>

namespace keel::app {

// Prints every consensus rule; with --markdown as docs/consensus-rules.md has them; with rule ids only those. With
// --policy first, what this node relays beyond them: docs/policy-rules.md.
int rules(std::span<const std::string> arguments, std::ostream& out, std::ostream& err);

// --height N [--chain C] [--challenge HEX] [--spent FILE] [--coins FILE] BLOCK: checks everything that can be checked
// on one block, and says what could not be. Result 0: no rule is broken; 1: one is; 2: the arguments or files are
// unusable. BLOCK holds one block as bytes or as hexadecimal text. --spent: the outputs it spends, serialized one after
// the other, for each input but the coinbase's. --coins: for each of them 8 bytes (u32 height * 2 + coinbase, u32
// median time past of the block before). C: main, test, testnet4, signet, regtest, or the file of a custom network.
int verify_block(std::span<const std::string> arguments, std::ostream& out, std::ostream& err);

// The same on the standard streams, for the table of commands.
int rules_command(std::span<const std::string> arguments);
int verify_block_command(std::span<const std::string> arguments);

}  // namespace keel::app
