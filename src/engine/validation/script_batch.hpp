// The script checks of one block, run by any number of workers.
//
// Everything a job reads is immutable; each range of inputs has its own place for its outcome. The verdict is that of
// the lowest range that failed, whatever the order in which they ran: ranges above a known failure are skipped.
#pragma once

#include <memory>
#include <optional>

#include "engine/store/undo.hpp"
#include "engine/validation/stages.hpp"
#include "engine/validation/workers.hpp"
#include "rules/consensus/script_checks.hpp"

namespace keel::validation {

class ScriptBatch : public std::enable_shared_from_this<ScriptBatch> {
public:
    // Inputs a job takes: long enough to make queueing free, short enough to spread the last block over all cores.
    static constexpr std::size_t kInputsPerJob = 48;

    ScriptBatch(consensus::CheckedBlock block, std::shared_ptr<const store::SpentCoins> spent,
                consensus::ScriptFlags flags, Stages& stages);
    // Queues all jobs. Each keeps this object alive.
    void submit(Workers& workers);

    [[nodiscard]] bool done() const { return left_.load(std::memory_order_acquire) == 0; }
    // Once done: why the block is invalid, or nothing.
    [[nodiscard]] const std::optional<consensus::Reject>& failure() const;

private:
    void run(std::size_t index);

    consensus::CheckedBlock block_;
    std::shared_ptr<const store::SpentCoins> spent_;
    consensus::ScriptFlags flags_;
    Stages* stages_;
    std::vector<consensus::InputRange> ranges_;
    std::vector<std::optional<consensus::Reject>> failures_;  // one for each range
    std::atomic<std::size_t> left_;
    std::atomic<std::size_t> lowest_failed_;
};

}  // namespace keel::validation
