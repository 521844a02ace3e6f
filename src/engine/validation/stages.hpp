// Where the time goes while blocks are connected: counters that the program prints as a breakdown.
//
// The engine names the stage it is in; only the daemon's implementation looks at a clock. Counts are kept here. Adding
// is cheap and may happen on any thread.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string_view>

namespace keel::validation {

enum class Stage : std::uint8_t {
    store_block,    // context rules, appending to the block file
    read_block,     // reading back, parsing and checking a block that is no longer in memory
    prefetch,       // workers: reading coins ahead
    merge,          // taking prefetched coins in
    connect_coins,  // spending and creating coins in the cache
    connect_rules,  // amounts, locks, sigops
    scripts,        // workers and helping: script and signature checks
    write_undo,     // encoding and appending undo data
    freeze,         // closing a coin generation
    flush,          // flush thread: syncing files, writing a generation
    disconnect,     // reorganizations
};
inline constexpr std::size_t kStageCount = 11;
std::string_view to_string(Stage stage);

class Stages {
public:
    virtual ~Stages() = default;
    // Nanoseconds on some clock that only moves forward; always zero where time is virtual.
    [[nodiscard]] virtual std::int64_t nanoseconds() const { return 0; }

    struct Counter {
        std::atomic<std::int64_t> nanoseconds{0};
        std::atomic<std::int64_t> calls{0};
        std::atomic<std::int64_t> longest{0};  // nanoseconds of one call
    };
    [[nodiscard]] const Counter& of(Stage stage) const { return counters_[static_cast<std::size_t>(stage)]; }
    void add(Stage stage, std::int64_t nanoseconds);

    std::atomic<std::uint64_t> blocks{0};   // connected
    std::atomic<std::uint64_t> inputs{0};   // of connected blocks
    std::atomic<std::uint64_t> outputs{0};  // of connected blocks

private:
    std::array<Counter, kStageCount> counters_;
};

// Counts the time until it goes out of scope.
class StageTimer {
public:
    StageTimer(Stages& stages, Stage stage) : stages_(stages), stage_(stage), begin_(stages.nanoseconds()) {}
    ~StageTimer() { stages_.add(stage_, stages_.nanoseconds() - begin_); }
    StageTimer(const StageTimer&) = delete;
    StageTimer& operator=(const StageTimer&) = delete;

private:
    Stages& stages_;
    Stage stage_;
    std::int64_t begin_;
};

}  // namespace keel::validation
