// Appending blocks to block files on a real file system.
#include <filesystem>
#include <stdlib.h>

#include <benchmark/benchmark.h>

#include "edge/disk/posix_files.hpp"
#include "engine/store/block_files.hpp"

namespace keel::disk {
namespace {

namespace fs = std::filesystem;

void append_blocks(benchmark::State& state) {
    std::string dir = fs::temp_directory_path() / "keel-bench-XXXXXX";
    if (::mkdtemp(dir.data()) == nullptr) {
        state.SkipWithError("no temporary folder");
        return;
    }
    const auto files = posix_files(dir);
    const store::XorKey key = {std::byte{1}, std::byte{2}, std::byte{3}, std::byte{4},
                               std::byte{5}, std::byte{6}, std::byte{7}, std::byte{8}};
    auto blocks = store::BlockFiles::open(*files, store::BlockFilesOptions{"blocks", {}}, key, {});
    const Bytes raw(static_cast<std::size_t>(state.range(0)), std::byte{0x5a});
    for (auto _ : state) {
        if (!blocks || !blocks->write_block(raw)) {
            state.SkipWithError("cannot write");
            break;
        }
    }
    state.SetBytesProcessed(state.iterations() * state.range(0));
    std::error_code ignored;
    fs::remove_all(dir, ignored);
}
BENCHMARK(append_blocks)->Arg(250'000)->Arg(1'500'000)->Iterations(200)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace keel::disk
