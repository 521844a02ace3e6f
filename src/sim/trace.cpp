#include "sim/trace.hpp"

namespace keel::sim {

void Trace::write(std::uint64_t number) {
    std::array<std::byte, 8> bytes;
    store_le(bytes.data(), number);
    hasher_.write(bytes);
}

void Trace::note(SteadyTime when, std::string_view who, std::string_view what, ByteSpan data) {
    ++notes_;
    write(static_cast<std::uint64_t>(when.time_since_epoch().count()));
    for (const ByteSpan part : {as_bytes(who), as_bytes(what), data}) {
        write(part.size());
        hasher_.write(part);
    }
    if (!logger_.enabled(LogCategory::sim, LogLevel::debug)) return;
    const std::int64_t micros = when.time_since_epoch().count();
    std::string digits = std::to_string(micros % 1'000'000);
    digits.insert(0, 6 - digits.size(), '0');
    // Hashes by their first digits, as they are usually shown; other data is text.
    const std::string shown = data.size() == 32 ? to_hex_reversed(data).substr(0, 16) : std::string(as_text(data));
    log(logger_, LogCategory::sim, LogLevel::debug, micros / 1'000'000, ".", digits, " ", who, " ", what, " ", shown);
}

}  // namespace keel::sim
