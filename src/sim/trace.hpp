// Everything that can be seen happening in a world, as one hash: two runs are the same when their hashes are.
//
// Lines are also given to a Logger, for reading along.
#pragma once

#include "base/logger.hpp"
#include "base/time.hpp"
#include "crypto/sha256.hpp"

namespace keel::sim {

class Trace {
public:
    explicit Trace(Logger& logger) : logger_(logger) {}

    // What `who` did or saw, and data that tells it apart from the like.
    void note(SteadyTime when, std::string_view who, std::string_view what, ByteSpan data = {});
    [[nodiscard]] RawHash hash() const { return crypto::Sha256(hasher_).finish(); }
    [[nodiscard]] std::uint64_t size() const { return notes_; }

private:
    void write(std::uint64_t number);

    Logger& logger_;
    crypto::Sha256 hasher_;
    std::uint64_t notes_ = 0;
};

}  // namespace keel::sim
