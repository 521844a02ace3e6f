#include "app/daemon/progress.hpp"

#include <algorithm>

namespace keel::daemon {
namespace {

using validation::Stage;

std::string grouped(std::uint64_t number) {
    std::string out = std::to_string(number);
    for (std::size_t at = out.size(); at > 3;) {
        at -= 3;
        out.insert(at, ",");
    }
    return out;
}

std::uint64_t per_second(std::uint64_t count, std::int64_t nanoseconds) {
    const std::int64_t milliseconds = std::max<std::int64_t>(nanoseconds / 1'000'000, 1);
    return count * 1000 / static_cast<std::uint64_t>(milliseconds);
}

std::string duration(std::uint64_t seconds) {
    if (seconds < 120) {
        return concat(seconds, " s");
    }
    return seconds < 7200 ? concat(seconds / 60, " min") : concat(seconds / 3600, " h");
}

// How long the rest takes at the present speed, in seconds; nothing when it does not move.
std::optional<std::uint64_t> time_left(const Snapshot& then, const Snapshot& now) {
    const std::uint64_t done = now.importing ? now.import.bytes - then.import.bytes : now.blocks - then.blocks;
    const std::uint64_t left = now.importing
                                   ? now.import.total_bytes - std::min(now.import.bytes, now.import.total_bytes)
                                   : static_cast<std::uint64_t>(std::max(now.headers - now.height, 0));
    const std::uint64_t rate = per_second(done * 1000, now.nanoseconds - then.nanoseconds);  // in thousandths
    return rate == 0 ? std::nullopt : std::optional(left * 1000 / rate);
}

std::int64_t spent(const Snapshot& then, const Snapshot& now, Stage stage) {
    const auto index = static_cast<std::size_t>(stage);
    return now.stages[index] - then.stages[index];
}

// "  12.34 s"
std::string seconds_text(std::int64_t nanoseconds) {
    const std::int64_t hundredths = nanoseconds / 10'000'000;
    std::string fraction = std::to_string(hundredths % 100);
    fraction.insert(0, 2 - fraction.size(), '0');
    std::string out = concat(hundredths / 100, ".", fraction, " s");
    out.insert(0, 12 - std::min<std::size_t>(out.size(), 12), ' ');
    return out;
}

std::string row(std::string_view name, std::int64_t nanoseconds, std::int64_t whole) {
    std::string padded(name);
    padded.resize(std::max<std::size_t>(padded.size(), 24), ' ');
    std::string share = std::to_string(whole <= 0 ? 0 : nanoseconds * 100 / whole);
    share.insert(0, 4 - std::min<std::size_t>(share.size(), 4), ' ');
    return concat("  ", padded, seconds_text(nanoseconds), share, " %\n");
}

}  // namespace

std::string_view bottleneck(const Snapshot& then, const Snapshot& now) {
    const std::int64_t working = now.validation.working - then.validation.working;
    const std::int64_t waiting = now.validation.waiting - then.validation.waiting;
    const std::int64_t idle = now.validation.idle - then.validation.idle;
    const std::int64_t half = (working + waiting + idle) / 2;
    if (idle > half) {
        return now.importing ? "files" : "peers";
    }
    if (waiting > half) {
        const Stage candidates[] = {Stage::scripts, Stage::flush, Stage::prefetch};
        const Stage most = std::ranges::max(candidates, {}, [&](Stage s) { return spent(then, now, s); });
        return validation::to_string(most);
    }
    const Stage own[] = {Stage::store_block,   Stage::read_block, Stage::merge,  Stage::connect_coins,
                         Stage::connect_rules, Stage::scripts,    Stage::freeze, Stage::write_undo};
    const Stage most = std::ranges::max(own, {}, [&](Stage s) { return spent(then, now, s); });
    return validation::to_string(most);
}

std::string progress_line(const Snapshot& then, const Snapshot& now) {
    const std::int64_t passed = now.nanoseconds - then.nanoseconds;
    std::string out = concat("Height ", grouped(static_cast<std::uint64_t>(std::max(now.height, 0))));
    if (now.headers > now.height) {
        out += concat(" of ", grouped(static_cast<std::uint64_t>(now.headers)));
    }
    out += concat("; ", grouped(per_second(now.blocks - then.blocks, passed)), " blocks/s, ",
                  grouped(per_second(now.inputs - then.inputs, passed)), " inputs/s");
    if (const auto left = time_left(then, now)) {
        out += concat("; ", duration(*left), " left");
    }
    return concat(out, "; limited by ", bottleneck(then, now), ".");
}

std::string breakdown(const Snapshot& then, const Snapshot& now) {
    const std::int64_t whole = now.nanoseconds - then.nanoseconds;
    std::string out = concat(grouped(now.blocks - then.blocks), " blocks, ", grouped(now.inputs - then.inputs),
                             " inputs, ", grouped(now.outputs - then.outputs), " outputs in", seconds_text(whole),
                             "; shares are of this time, and threads add up\n");
    out += "validation thread\n";
    out += row("working", now.validation.working - then.validation.working, whole);
    out += row("waiting for others", now.validation.waiting - then.validation.waiting, whole);
    out += row("idle", now.validation.idle - then.validation.idle, whole);
    out += "stages\n";
    for (std::size_t i = 0; i < validation::kStageCount; ++i) {
        out += row(validation::to_string(static_cast<Stage>(i)), now.stages[i] - then.stages[i], whole);
    }
    if (now.import.total_bytes != 0) {
        out += "import thread\n";
        out += row("reading", now.import.scan_ns - then.import.scan_ns, whole);
        out += row("parsing and checking", now.import.check_ns - then.import.check_ns, whole);
        out += row("waiting for validation", now.import.wait_ns - then.import.wait_ns, whole);
    }
    return out;
}

}  // namespace keel::daemon
