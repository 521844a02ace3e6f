// Block templates and fee estimates for RPC, and the files in which the estimates are kept between runs.
#pragma once

#include <filesystem>
#include <mutex>

#include "app/daemon/validation_thread.hpp"
#include "front/api/mining.hpp"

namespace keel::daemon {

// Where estimates are kept, and which are too old to be used.
struct FeeFiles {
    static constexpr std::chrono::hours kAgeMax{60};

    std::filesystem::path folder;
    bool stale_too = false;

    // What an earlier run left for a chain with this tip.
    [[nodiscard]] validation::FeeEstimates read(const headers::Node& tip, Logger& logger) const;
    void write(const validation::FeeEstimates& estimates, Logger& logger) const;
};

// Any thread, but for look_around().
class MiningService final : public api::Mining {
public:
    MiningService(Switchboard& switchboard, ValidationThread& validation, const api::MiningOptions& options)
        : switchboard_(switchboard), validation_(validation), options_(options) {}

    [[nodiscard]] const api::MiningOptions& options() const override { return options_; }
    void select_txs(api::Reply<api::SelectedTxs> reply) override;
    void fee_estimates(api::Reply<std::shared_ptr<const api::FeeEstimates>> reply) override;

    // Called now and then by the main thread: writes the files once an hour.
    void look_around(const FeeFiles& files, Logger& logger);

private:
    void ask_fees(std::function<void(std::shared_ptr<const api::FeeEstimates>)> receive);

    Switchboard& switchboard_;
    ValidationThread& validation_;
    const api::MiningOptions options_;
    std::chrono::steady_clock::time_point saved_ = std::chrono::steady_clock::now();
    std::mutex mutex_;
    std::shared_ptr<const api::FeeEstimates> to_save_;  // guarded by the mutex
};

}  // namespace keel::daemon
