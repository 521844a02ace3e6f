// The text side of the command-line client: words to a request, an answer to what is printed.
//
// How a word becomes JSON follows from the method's table row: text parameters take it as it is, all others take it as
// JSON. Words for methods or parameters that are not in the table are text.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace keel::rpc {

// Whether words are positions or "name=value".
enum class ArgStyle : std::uint8_t { positional, named };

// The body of a request, or a sentence about the word that does not fit. `id` is sent as a number when it is one.
[[nodiscard]] Result<std::string, std::string> cli_request(std::string_view method, std::span<const std::string> words,
                                                           ArgStyle style, std::string_view id = "1");

struct CliOutput {
    int exit_code = 0;
    std::string out{};  // for standard output, without the final new line; empty for null
    std::string err{};  // for standard error
    // The server is there but not ready yet (-28): -rpcwait tries again.
    bool warming_up = false;
};

// `body` is the server's answer to one request.
CliOutput cli_output(std::string_view body);

}  // namespace keel::rpc
