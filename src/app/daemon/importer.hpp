// Reads blocks back from files: -reindex, -loadblock, another node's folder. Runs on a thread of its own.
//
// Blocks are parsed and checked in parallel, some of them at a time, then handed to validation in the order of the
// file. A block whose parent is unknown is remembered by its position and read again when the parent has come: at most
// kWaitingMax of them, more are dropped (and counted). What validation already has is skipped by its header alone.
// Where scripts are to be assumed valid below a block that is not known yet, all headers are read first.
//
// Memory: kBatchBytes being parsed, kCreditBytes handed over and not yet taken.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <thread>
#include <unordered_map>

#include "base/logger.hpp"
#include "edge/runtime/clock.hpp"
#include "edge/runtime/worker_pool.hpp"
#include "engine/headers/tree.hpp"
#include "engine/store/block_import.hpp"
#include "engine/validation/commands.hpp"
#include "rules/primitives/params.hpp"

namespace keel::daemon {

// A file or folder to import. `own`: the node's own block files, whose blocks stay where they are.
struct ImportTask {
    std::string path;
    bool own = false;
};

struct ImportCounts {
    std::uint64_t bytes = 0;        // read so far
    std::uint64_t total_bytes = 0;  // of all files
    std::uint64_t blocks = 0;       // handed to validation
    std::uint64_t known = 0;        // were there already
    std::uint64_t refused = 0;      // broke a rule that can be seen without coins
    std::uint64_t orphans = 0;      // their parent never came
    std::int64_t scan_ns = 0;       // reading
    std::int64_t check_ns = 0;      // parsing and checking, by the clock on the wall
    std::int64_t wait_ns = 0;       // for validation to take what it has
};

class Importer {
public:
    static constexpr std::size_t kBatchBytes = 8U << 20U;
    static constexpr std::int64_t kCreditBytes = 48LL << 20U;
    static constexpr std::size_t kWaitingMax = 1'000'000;

    // All outlive it. `submit` may be called from the import thread.
    struct Surroundings {
        const primitives::Params& params;
        store::Files& files;
        headers::Tree& tree;
        runtime::WorkerPool& workers;
        const runtime::Clock& clock;
        Logger& logger;
        std::function<void(validation::SubmitBlock)> submit;
    };

    explicit Importer(Surroundings surroundings) : around_(std::move(surroundings)) {}
    ~Importer() { stop(); }
    Importer(const Importer&) = delete;
    Importer& operator=(const Importer&) = delete;

    // `finished` is called on the import thread after the last task, unless stopped; its argument is a sentence when a
    // file could not be read (the others were imported all the same).
    void start(std::vector<ImportTask> tasks, std::function<void(std::string failure)> finished);
    // Any thread.
    void give_back(std::size_t bytes);
    void stop();
    [[nodiscard]] ImportCounts counts() const;

private:
    struct Position {
        std::uint32_t source = 0;  // index into sources_
        std::uint32_t file = 0;    // index into its paths
        std::uint64_t offset = 0;  // of the block
        std::uint32_t size = 0;
    };
    struct Source {
        store::ImportSource files;
        bool own = false;
    };
    struct Candidate {
        Bytes raw;
        Position position;
        std::optional<Result<consensus::CheckedBlock, consensus::Reject>> checked;  // nothing: not a block at all
    };

    void run(const std::vector<ImportTask>& tasks, const std::function<void(std::string)>& finished);
    [[nodiscard]] Result<void, std::string> open(const ImportTask& task);
    void survey_headers();
    [[nodiscard]] Result<void, std::string> import_file(std::uint32_t source, std::uint32_t file);
    [[nodiscard]] bool is_known(ByteSpan raw) const;
    void check(std::vector<Candidate>& batch);
    void hand_over(std::vector<Candidate>& batch);
    void take(const Candidate& candidate);
    // True when the block went to validation, so that blocks waiting for it can follow.
    [[nodiscard]] bool submit(const consensus::CheckedBlock& block, const Position& position);
    void follow(const primitives::BlockHash& parent);
    [[nodiscard]] std::optional<Candidate> read_again(const Position& position);
    [[nodiscard]] bool wait_for_credit(std::size_t bytes);
    void remember(const primitives::BlockHash& parent, const Position& position);

    Surroundings around_;
    std::vector<Source> sources_;
    std::unordered_multimap<primitives::BlockHash, Position, HashPrefix> waiting_;

    std::atomic<bool> stopping_{false};
    std::mutex mutex_;  // guards credit_
    std::condition_variable credit_came_;
    std::int64_t credit_ = kCreditBytes;

    mutable std::mutex counts_mutex_;
    ImportCounts counts_;
    std::thread thread_;
};

}  // namespace keel::daemon
