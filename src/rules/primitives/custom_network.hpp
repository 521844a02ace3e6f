// A network of one's own, described by one text file. docs/custom-network.md lists every key.
//
// The text has one `key = value` per line; `#` starts a comment. Unknown keys, keys given twice, missing keys and
// values that contradict each other are errors. The genesis block must meet its own proof of work.
#pragma once

#include <string>

#include "rules/primitives/params.hpp"

namespace keel::primitives {

// What is wrong, in one sentence without a full stop. Line 0 stands for the file as a whole.
struct CustomNetworkError {
    int line = 0;
    std::string reason;

    bool operator==(const CustomNetworkError&) const = default;
    // "line 7: magic must be 8 hexadecimal digits"
    [[nodiscard]] std::string text() const;
};

// Takes the text, not a file name. When the genesis block's nonce is wrong and an easy target makes the right one cheap
// to find, the error names it: this is how a new network gets its nonce.
[[nodiscard]] Result<Params, CustomNetworkError> parse_custom_network(std::string_view text);

// Every key, in the order of the documentation.
std::vector<std::string_view> custom_network_keys();

}  // namespace keel::primitives
