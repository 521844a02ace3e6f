#include "engine/validation/script_batch.hpp"

#include <algorithm>

#include "base/assert.hpp"

namespace keel::validation {

ScriptBatch::ScriptBatch(consensus::CheckedBlock block, std::shared_ptr<const store::SpentCoins> spent,
                         consensus::ScriptFlags flags, Stages& stages)
    : block_(std::move(block)),
      spent_(std::move(spent)),
      flags_(flags),
      stages_(&stages),
      ranges_(consensus::plan_script_checks(block_.block(), kInputsPerJob)),
      failures_(ranges_.size()),
      left_(ranges_.size()),
      lowest_failed_(ranges_.size()) {}

void ScriptBatch::submit(Workers& workers) {
    for (std::size_t i = 0; i < ranges_.size(); ++i) {
        workers.submit([self = shared_from_this(), i] { self->run(i); });
    }
}

const std::optional<consensus::Reject>& ScriptBatch::failure() const {
    KEEL_ASSERT(done());
    static const std::optional<consensus::Reject> kNone;
    const auto found = std::ranges::find_if(failures_, [](const auto& failure) { return failure.has_value(); });
    return found == failures_.end() ? kNone : *found;
}

void ScriptBatch::run(std::size_t index) {
    if (index < lowest_failed_.load(std::memory_order_relaxed)) {
        const StageTimer timer(*stages_, Stage::scripts);
        const consensus::Verdict verdict =
            consensus::check_scripts(block_.block(), ranges_[index], spent_->coins(), flags_);
        if (!verdict) {
            failures_[index] = verdict.error();
            std::size_t lowest = lowest_failed_.load(std::memory_order_relaxed);
            while (index < lowest && !lowest_failed_.compare_exchange_weak(lowest, index)) {
            }
        }
    }
    left_.fetch_sub(1, std::memory_order_acq_rel);
}

}  // namespace keel::validation
