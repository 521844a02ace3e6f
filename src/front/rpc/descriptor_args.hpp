// Descriptors and ranges as arguments of calls.
#pragma once

#include <vector>

#include "front/rpc/args.hpp"
#include "front/rpc/context.hpp"
#include "rules/address/descriptor.hpp"

namespace keel::rpc {

// Positions begin to end, both included; at most a million.
struct Range {
    std::int64_t begin = 0;
    std::int64_t end = 0;
};
// "end" or "[begin,end]".
[[nodiscard]] Outcome<Range> range_of(const Args::Json& value);

// The scripts of a scan object: a descriptor, or {"desc", "range"} (0 to 1000 by default). What is known about them
// goes into `store`.
[[nodiscard]] Outcome<std::vector<Bytes>> scripts_of_scan_object(const Context& context, const Args::Json& object,
                                                                 address::KeyStore& store);

// The one script that a descriptor stands for when blocks are to pay to it.
[[nodiscard]] Outcome<Bytes> script_to_pay(const Context& context, std::string_view descriptor);

}  // namespace keel::rpc
