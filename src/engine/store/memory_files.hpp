// MemoryFiles: a Files without a disk, for tests and the simulator, that can lose power, fill up and go bad.
//
// Each file has its durable bytes and the writes since its last sync. crash() keeps every unsynced write sector by
// sector at random (so writes are reordered and torn), every unsynced size change and every unsynced name change at
// random, then closes all handles: files opened before answer every call with an error.
//
// A mutex makes it usable from the threads of a test. Deterministic in (calls, rng).
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <set>

#include "base/rng.hpp"
#include "engine/store/files.hpp"

namespace keel::store {

class MemoryFiles final : public Files {
public:
    static constexpr std::size_t kSector = 512;

    struct Faults {
        std::optional<std::uint64_t> bytes_until_full;  // written or reserved bytes beyond it fail: FileFault::full
        bool read_only = false;
        bool failing_reads = false;
        bool failing_syncs = false;
    };

    MemoryFiles();
    ~MemoryFiles() override;

    void set_faults(const Faults& faults);
    void crash(Rng& rng);
    // Flips one random bit of an existing file's content, as a bad disk does.
    void flip_bit(const std::string& path, Rng& rng);

    [[nodiscard]] FileResult<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override;
    [[nodiscard]] FileResult<void> rename(const std::string& from, const std::string& to) override;
    [[nodiscard]] FileResult<void> remove(const std::string& path) override;
    [[nodiscard]] FileResult<bool> exists(const std::string& path) override;
    [[nodiscard]] FileResult<void> make_dir(const std::string& path) override;
    [[nodiscard]] FileResult<std::vector<std::string>> list(const std::string& dir) override;
    [[nodiscard]] FileResult<void> sync_dir(const std::string& dir) override;
    [[nodiscard]] FileResult<std::uint64_t> free_space(const std::string& dir) override;

private:
    struct Node;
    class Handle;

    mutable std::mutex mutex_;
    std::map<std::string, std::shared_ptr<Node>> now_;      // names as programs see them
    std::map<std::string, std::shared_ptr<Node>> durable_;  // names as a crash leaves them for certain
    std::set<std::string> dirs_;
    Faults faults_;
    std::uint64_t epoch_ = 0;  // handles of an earlier epoch are dead
};

}  // namespace keel::store
