#include "app/daemon/mining_service.hpp"

#include <fstream>
#include <iterator>

namespace keel::daemon {
namespace {

constexpr std::string_view kBlockFile = "block_policy_estimates.dat";
constexpr std::string_view kPoolFile = "mempool_policy_estimator.dat";
constexpr std::chrono::hours kSaveEvery{1};

std::optional<Bytes> read_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        return std::nullopt;
    }
    const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    return file.bad() ? std::nullopt : std::optional(to_bytes(as_bytes(text)));
}

// The old file stays until the new one is complete.
bool write_file(const std::filesystem::path& path, const Bytes& bytes) {
    const std::filesystem::path fresh = path.string() + ".new";
    std::ofstream file(fresh, std::ios::binary | std::ios::trunc);
    const std::string_view text = as_text(bytes);
    file.write(text.data(), static_cast<std::streamsize>(text.size()));
    file.close();
    std::error_code failed;
    if (file) {
        std::filesystem::rename(fresh, path, failed);
    }
    return file && !failed;
}

bool is_old(const std::filesystem::path& path) {
    std::error_code failed;
    const auto written = std::filesystem::last_write_time(path, failed);
    return failed || std::filesystem::file_time_type::clock::now() - written > FeeFiles::kAgeMax;
}

}  // namespace

validation::FeeEstimates FeeFiles::read(const headers::Node& tip, Logger& logger) const {
    validation::FeeEstimates estimates;
    const std::filesystem::path path = folder / kBlockFile;
    if (const auto bytes = read_file(path)) {
        auto blocks = fees::BlockEstimator::decode(*bytes);
        if (!stale_too && is_old(path)) {
            log(logger, LogCategory::all, LogLevel::warning, "Fee estimation file ", path.string(),
                " is too old and will not be used to avoid serving stale estimates.");
        } else if (!blocks) {
            log(logger, LogCategory::all, LogLevel::warning, "Failed to read fee estimates from ", path.string(), ": ",
                fees::describe(blocks.error()), ". Continue anyway.");
        } else {
            estimates.blocks = *std::move(blocks);
        }
    }
    if (const auto bytes = read_file(folder / kPoolFile)) {
        const auto height = static_cast<std::uint64_t>(tip.height().value());
        estimates.pool = fees::PoolEstimator::decode(*bytes, height, tip.hash()).value_or(fees::PoolEstimator());
    }
    return estimates;
}

void FeeFiles::write(const validation::FeeEstimates& estimates, Logger& logger) const {
    std::error_code failed;
    std::filesystem::create_directories(folder, failed);
    if (failed || !write_file(folder / kBlockFile, estimates.blocks.encode()) ||
        !write_file(folder / kPoolFile, estimates.pool.encode())) {
        log(logger, LogCategory::all, LogLevel::warning, "Failed to write fee estimates to ", folder.string(),
            ". Continue anyway.");
    }
}

void MiningService::select_txs(api::Reply<api::SelectedTxs> reply) {
    const std::uint64_t ticket = switchboard_.answers().file([reply = std::move(reply)](validation::Answer answer) {
        reply({.tip = answer.tip, .selection = *std::move(answer.selection), .pool_sequence = answer.pool_sequence});
    });
    validation_.post(validation::SelectTxs{options_.limits, ticket});
}

void MiningService::ask_fees(std::function<void(std::shared_ptr<const api::FeeEstimates>)> receive) {
    const std::uint64_t ticket = switchboard_.answers().file(
        [receive = std::move(receive)](validation::Answer answer) { receive(std::move(answer.fees)); });
    validation_.post(validation::SnapshotFees{ticket});
}

void MiningService::fee_estimates(api::Reply<std::shared_ptr<const api::FeeEstimates>> reply) {
    ask_fees([reply = std::move(reply)](std::shared_ptr<const api::FeeEstimates> estimates) {
        reply(std::move(estimates));
    });
}

// Asks, and finds the answer the next time.
void MiningService::look_around(const FeeFiles& files, Logger& logger) {
    std::shared_ptr<const api::FeeEstimates> estimates;
    {
        const std::lock_guard lock(mutex_);
        estimates = std::exchange(to_save_, nullptr);
    }
    if (estimates != nullptr) {
        files.write(*estimates, logger);
    }
    if (std::chrono::steady_clock::now() - saved_ >= kSaveEvery) {
        saved_ = std::chrono::steady_clock::now();
        ask_fees([this](std::shared_ptr<const api::FeeEstimates> answer) {
            const std::lock_guard lock(mutex_);
            to_save_ = std::move(answer);
        });
    }
}

}  // namespace keel::daemon
