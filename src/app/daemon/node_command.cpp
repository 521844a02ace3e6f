#include "app/daemon/node_command.hpp"

#include <iostream>
#include <stdlib.h>
#include <sys/resource.h>
#include <thread>

#include "app/daemon/daemon.hpp"
#include "app/daemon/detach.hpp"
#include "app/daemon/heap.hpp"
#include "app/settings/help.hpp"
#include "edge/runtime/signals.hpp"

namespace keel::daemon {
namespace {

int report(std::string_view error) {
    const std::size_t end = error.find_last_not_of('\n');
    std::cerr << "Error: " << error.substr(0, end == std::string_view::npos ? 0 : end + 1) << '\n';
    return 1;
}

void warn(const settings::Loaded& loaded) {
    for (const std::string& warning : loaded.plain_warnings) {
        std::cerr << warning << '\n';
    }
    for (const std::string& warning : loaded.user_warnings) {
        std::cerr << "Warning: " << warning << '\n';
    }
    std::cerr.flush();
}

// -help, -help-debug and -version: true when one of them was asked for and answered.
bool answered(const settings::Values& values, const Identity& identity) {
    const bool everything = values.flag("help-debug");
    if (values.flag("version")) {
        std::cout << identity.version_line << '\n';
        return true;
    }
    if (values.flag("help") || everything) {
        std::cout << identity.version_line << "\n\nusage: keel node [-SETTING...]\n\n"
                  << settings::help_text(settings::Program::node, everything);
        return true;
    }
    return false;
}

int run_daemon(settings::Loaded loaded, Options options, const Identity& identity) {
    std::optional<Detached> detached;
    if (loaded.values.flag("daemon")) {
        std::cout << "Keel starting" << '\n';
        detached = Detached::go(loaded.values.flag("daemonwait"));
        if (!detached) {
            return report("The system did not allow a process in the background.");
        }
    }
    runtime::block_signals();
    keep_heap_small();
    Daemon daemon(std::move(loaded), std::move(options), identity.version_line);
    auto outcome = daemon.start();
    if (outcome) {
        if (detached) {
            detached->started();
        }
        outcome = daemon.run();
    }
    if (!outcome) {
        report(outcome.error());
    }
    daemon.stop();
    return outcome ? 0 : 1;
}

std::size_t cores() { return std::max(std::thread::hardware_concurrency(), 1U); }

// The most memory this process ever had resident.
std::int64_t peak_memory_mib() {
    rusage use{};
    getrusage(RUSAGE_SELF, &use);
    return use.ru_maxrss / 1024;
}

// A folder of its own, gone with this object.
class TemporaryFolder {
public:
    TemporaryFolder() {
        std::string pattern = (std::filesystem::temp_directory_path() / "keel-bench-XXXXXX").string();
        path_ = mkdtemp(pattern.data()) != nullptr ? pattern : std::string();
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        if (!path_.empty()) {
            std::filesystem::remove_all(path_, ignored);
        }
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    [[nodiscard]] const std::string& path() const { return path_; }

private:
    std::string path_;
};

}  // namespace

int run_node(std::span<const std::string> arguments, const Identity& identity) {
    // Asked for help, nothing else needs to be right.
    const auto asked = settings::parse_command_line(arguments, settings::Program::node);
    settings::Values given;
    if (asked) {
        given.add_command_line(asked->assignments);
    }
    if (answered(given, identity)) {
        return 0;
    }
    auto loaded = settings::load(arguments, settings::Program::node);
    if (!loaded) {
        return report(loaded.error());
    }
    if (!loaded->rest.empty()) {
        return report(concat("Command line contains unexpected token '", loaded->rest.front(),
                             "', see keeld -h for a list of options."));
    }
    auto options = make_options(*loaded, identity.version, cores());
    if (!options) {
        return report(options.error());
    }
    if (const auto levels = log_levels(loaded->values); !levels) {
        return report(levels.error());
    }
    warn(*loaded);
    return run_daemon(std::move(*loaded), std::move(*options), identity);
}

int bench_import(std::span<const std::string> arguments, const Identity& identity) {
    const TemporaryFolder folder;
    std::vector<std::string> all{"-datadir=" + folder.path(), "-noconf", "-printtoconsole=0"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    auto loaded = settings::load(all, settings::Program::node);
    if (!loaded) {
        return report(loaded.error());
    }
    if (loaded->rest.empty() || loaded->values.flag("help")) {
        std::cout
            << "usage: keel bench import [-SETTING...] FILE...\n\n"
               "Imports block files, or folders of them, into a new data directory (removed afterwards unless\n"
               "-datadir names one), and says where the time went. Choose the chain as for keel node: -regtest.\n";
        return loaded->rest.empty() ? 1 : 0;
    }
    for (const std::string_view name : {"listen", "server", "dnsseed"}) {
        loaded->values.imply(name, "0");
    }
    auto options = make_options(*loaded, identity.version, cores());
    if (!options) {
        return report(options.error());
    }
    for (const std::string& file : loaded->rest) {
        options->import_files.push_back(std::filesystem::absolute(file));
    }
    options->stop_after_import = true;
    runtime::block_signals();
    keep_heap_small();
    Daemon daemon(std::move(*loaded), std::move(*options), identity.version_line);
    auto outcome = daemon.start();
    if (outcome) {
        outcome = daemon.run();
    }
    if (!outcome) {
        return report(outcome.error());
    }
    const Snapshot end = daemon.import_end();
    std::cout << "Height " << end.height << ", memory at its peak " << peak_memory_mib() << " MiB\n"
              << breakdown(daemon.import_begin(), end) << std::flush;
    return 0;
}

}  // namespace keel::daemon
