#include "app/network/up.hpp"

#include <iostream>
#include <unistd.h>

#include "app/network/network.hpp"
#include "edge/runtime/entropy.hpp"
#include "edge/runtime/signals.hpp"

namespace keel::network {
namespace {

using namespace std::chrono_literals;
using Clock = Network::Clock;

constexpr auto kPollInterval = 1000ms;
constexpr std::string_view kEnterScreen = "\x1b[?1049h\x1b[?25l";
constexpr std::string_view kLeaveScreen = "\x1b[?25h\x1b[?1049l";
constexpr std::string_view kRedraw = "\x1b[H\x1b[2J";

// Where the reports go: a terminal is redrawn, a pipe gets the table once and then a line per change, JSON a line per
// change.
class Display {
public:
    explicit Display(bool json) : json_(json), terminal_(!json && isatty(STDOUT_FILENO) == 1) {}
    ~Display() { leave(); }
    Display(const Display&) = delete;
    Display& operator=(const Display&) = delete;

    void ready(const NetworkReport& report) {
        if (terminal_) {
            std::cout << kEnterScreen;
            entered_ = true;
            draw(report);
        } else if (json_) {
            print(json_line(Event::ready, report));
        } else {
            print(table(report) + instructions(report));
        }
        shown_ = what_changes(report);
    }

    void update(const NetworkReport& report) {
        if (terminal_) {
            draw(report);
            return;
        }
        std::string now = what_changes(report);
        if (now == shown_) {
            return;
        }
        shown_ = std::move(now);
        print(json_ ? json_line(Event::status, report) : agreement(report.nodes) + '\n');
    }

    void stopped(const NetworkReport& report) {
        leave();
        print(json_ ? json_line(Event::stopped, report) : table(report));
    }

private:
    void draw(const NetworkReport& report) {
        print(std::string(kRedraw) + table(report) + '\n' + instructions(report));
    }

    void leave() {
        if (entered_) {
            print(std::string(kLeaveScreen));
            entered_ = false;
        }
    }

    static void print(const std::string& text) { std::cout << text << std::flush; }

    // JSON shows every figure; the line for people only the agreement.
    std::string what_changes(const NetworkReport& report) const {
        if (!json_) {
            return agreement(report.nodes);
        }
        NetworkReport timeless = report;
        timeless.uptime = 0s;
        return json_line(Event::status, timeless);
    }

    bool json_;
    bool terminal_;
    bool entered_ = false;
    std::string shown_;
};

int fail(const std::string& reason) {
    std::cerr << "Error: " << reason << '\n';
    return 1;
}

bool stop_asked(std::chrono::milliseconds pause) { return runtime::wait_for_signal(pause) == runtime::Signal::stop; }

// Until a signal, the end of the duration, or the last node's end. The result is the exit code.
int watch(Network& network, const Options& options, Display& display) {
    const auto start = Clock::now();
    auto next_block = start;
    auto next_poll = start + kPollInterval / 2;  // between blocks rather than while one spreads
    while (true) {
        const auto now = Clock::now();
        if (options.duration > 0ms && now - start >= options.duration) {
            return 0;
        }
        if (options.block_interval > 0ms && now >= next_block) {
            network.mine();
            next_block = std::max(next_block + options.block_interval, now);
        }
        if (now >= next_poll) {
            network.poll();
            display.update(network.report());
            next_poll = now + kPollInterval;
        }
        if (!network.has_running_node()) {
            return fail("Every node has ended.");
        }
        auto wake = next_poll;
        if (options.block_interval > 0ms) {
            wake = std::min(wake, next_block);
        }
        if (options.duration > 0ms) {
            wake = std::min(wake, start + options.duration);
        }
        const auto pause = std::chrono::ceil<std::chrono::milliseconds>(wake - Clock::now());
        if (stop_asked(std::max(pause, 0ms))) {
            return 0;
        }
    }
}

int run(const Options& options, const Workspace& workspace) {
    auto network = Network::start(options, workspace, Rng(runtime::random_seed()));
    if (!network) {
        return fail(network.error());
    }
    if (const auto ready = network->get_ready(stop_asked); !ready) {
        network->stop();
        return ready.error().empty() ? 0 : fail(ready.error());
    }
    Display display(options.json);
    display.ready(network->report());
    const int code = watch(*network, options, display);
    network->poll();
    const NetworkReport last = network->report();
    network->stop();
    display.stopped(last);
    return code;
}

}  // namespace

int up(std::span<const std::string> arguments) {
    const auto options = parse_options(arguments);
    if (!options) {
        return fail(options.error());
    }
    if (options->help) {
        std::cout << help_text();
        return 0;
    }
    runtime::block_signals();
    const auto workspace = Workspace::open(options->folder);
    return workspace ? run(*options, *workspace) : fail(workspace.error());
}

}  // namespace keel::network
