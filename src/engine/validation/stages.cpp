#include "engine/validation/stages.hpp"

namespace keel::validation {

std::string_view to_string(Stage stage) {
    static constexpr std::array<std::string_view, kStageCount> kNames{
        "store block", "read block", "prefetch", "merge", "connect coins", "connect rules",
        "scripts",     "write undo", "freeze",   "flush", "disconnect"};
    return kNames[static_cast<std::size_t>(stage)];
}

void Stages::add(Stage stage, std::int64_t nanoseconds) {
    Counter& counter = counters_[static_cast<std::size_t>(stage)];
    counter.nanoseconds.fetch_add(nanoseconds, std::memory_order_relaxed);
    counter.calls.fetch_add(1, std::memory_order_relaxed);
    std::int64_t longest = counter.longest.load(std::memory_order_relaxed);
    while (nanoseconds > longest &&
           !counter.longest.compare_exchange_weak(longest, nanoseconds, std::memory_order_relaxed)) {
    }
}

}  // namespace keel::validation
