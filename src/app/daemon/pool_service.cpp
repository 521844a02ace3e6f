#include "app/daemon/pool_service.hpp"

#include <deque>
#include <fstream>
#include <iterator>

#include "edge/runtime/entropy.hpp"
#include "edge/runtime/thread_name.hpp"

namespace keel::daemon {
namespace {

using mempool::SavedPool;
using validation::Source;
using Error = Failure<std::string>;

// Transactions of a saved pool on their way to validation at once.
constexpr std::size_t kAtOnce = 64;

Source as_source(std::uint64_t ticket) { return {Source::Kind::api, static_cast<std::int64_t>(ticket)}; }

std::optional<Bytes> read_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        return std::nullopt;
    }
    const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    return file.bad() ? std::nullopt : std::optional(to_bytes(as_bytes(text)));
}

}  // namespace

void PoolService::submit(primitives::TxPtr tx, const mempool::Pool::Submission& submission,
                         api::Reply<mempool::TxResult> reply) {
    const std::uint64_t ticket = parts_.switchboard.tx_results().file(
        [reply = std::move(reply)](mempool::TxResult result) { reply(std::move(result)); });
    parts_.validation.post(validation::SubmitTx{std::move(tx), as_source(ticket), submission});
}

void PoolService::submit_package(api::PackageToSubmit package, api::Reply<mempool::PackageResult> reply) {
    const std::uint64_t ticket = parts_.switchboard.package_results().file(
        [reply = std::move(reply)](mempool::PackageResult result) { reply(std::move(result)); });
    parts_.validation.post(
        validation::SubmitPackage{std::move(package.txs), as_source(ticket), package.rate_max, package.test});
}

void PoolService::prioritise(const primitives::Txid& txid, primitives::Amount delta, api::Reply<api::Done> reply) {
    const std::uint64_t ticket = parts_.switchboard.answers().file(
        [reply = std::move(reply)](const validation::Answer&) { reply(api::Done{}); });
    parts_.validation.post(validation::PrioritiseTx{txid, delta, ticket});
}

Result<std::string, std::string> PoolService::save() {
    const std::lock_guard lock(saving_mutex_);
    std::optional<mempool::SavedPoolKey> key;
    if (!saving_.plain) {
        runtime::random_bytes(key.emplace());
    }
    const SavedPool saved = SavedPool::of(view());
    const Bytes bytes = mempool::encode(saved, key);
    const std::filesystem::path fresh = saving_.path.string() + ".new";
    log(parts_.logger, LogCategory::all, LogLevel::info, "Writing ", saved.txs.size(),
        " mempool transactions to file...");
    log(parts_.logger, LogCategory::all, LogLevel::info, "Writing ", saved.unbroadcast.size(),
        " unbroadcast transactions to file.");
    const auto failed = [&] {
        log(parts_.logger, LogCategory::all, LogLevel::warning, "Failed to dump mempool: ", fresh.string(),
            " cannot be written. Continuing anyway.");
        return Error("Unable to dump mempool to disk");
    };
    {
        std::ofstream file(fresh, std::ios::binary | std::ios::trunc);
        const std::string_view text = as_text(bytes);
        file.write(text.data(), static_cast<std::streamsize>(text.size()));
        file.close();
        if (file.fail()) {
            return failed();
        }
    }
    std::error_code error;
    std::filesystem::rename(fresh, saving_.path, error);
    if (error) {
        return failed();
    }
    log(parts_.logger, LogCategory::all, LogLevel::info, "Dumped mempool: ", bytes.size(), " bytes dumped to file");
    return saving_.path.string();
}

Result<void, std::string> PoolService::load(const std::string& path, const api::PoolImport& what) {
    auto bytes = read_file(path);
    if (!bytes) {
        log(parts_.logger, LogCategory::all, LogLevel::info, "Failed to open mempool file. Continuing anyway.");
        return Error("The file cannot be opened.");
    }
    const auto saved = mempool::decode_saved_pool(*std::move(bytes));
    if (!saved) {
        log(parts_.logger, LogCategory::all, LogLevel::info,
            "Failed to deserialize mempool data on file: ", std::string_view(primitives::describe(saved.error())),
            ". Continuing anyway.");
        return Error("The file is not a saved pool.");
    }
    log(parts_.logger, LogCategory::all, LogLevel::info, "Loading ", saved->txs.size(),
        " mempool transactions from file...");
    Counts counts;
    if (!load_txs(*saved, what, counts)) {
        return Error("The node stops.");
    }
    load_rest(*saved, what);
    log(parts_.logger, LogCategory::all, LogLevel::info, "Imported mempool transactions from file: ", counts.accepted,
        " succeeded, ", counts.failed, " failed, ", counts.expired, " expired, ", counts.known, " already there, ",
        what.unbroadcast ? saved->unbroadcast.size() : 0, " waiting for initial broadcast");
    return {};
}

bool PoolService::load_txs(const SavedPool& saved, const api::PoolImport& what, Counts& counts) {
    struct Asked {
        primitives::Txid txid;
        api::Pending<mempool::TxResult> pending;
    };
    std::deque<Asked> asked;
    const auto take_oldest = [&] {
        const auto result = asked.front().pending.wait();
        if (result) {
            count(*result, asked.front().txid, counts);
        }
        asked.pop_front();
        return result.has_value();
    };
    const UnixTime now = parts_.clock.now().unix;
    for (const mempool::SavedTx& each : saved.txs) {
        if (what.deltas && each.delta != primitives::Amount()) {
            prioritise(each.tx->txid(), each.delta, api::Pending<api::Done>().reply());
        }
        const UnixTime time = what.current_time ? now : each.time;
        if (time <= now - view().options().expiry) {
            ++counts.expired;
            continue;
        }
        asked.push_back({each.tx->txid(), {}});
        submit(each.tx, {.time = time}, asked.back().pending.reply());
        if (asked.size() >= kAtOnce && !take_oldest()) {
            return false;
        }
        if (stopping_) {
            return false;
        }
    }
    while (!asked.empty()) {
        if (!take_oldest()) {
            return false;
        }
    }
    return true;
}

void PoolService::count(const mempool::TxResult& result, const primitives::Txid& txid, Counts& counts) const {
    if (result.outcome == mempool::TxOutcome::accepted) {
        ++counts.accepted;
    } else if (view().contains(txid)) {
        ++counts.known;
    } else {
        ++counts.failed;
    }
}

void PoolService::load_rest(const SavedPool& saved, const api::PoolImport& what) {
    if (what.deltas) {
        for (const auto& [txid, delta] : saved.deltas) {
            prioritise(txid, delta, api::Pending<api::Done>().reply());
        }
    }
    if (what.unbroadcast) {
        for (const primitives::Txid& txid : saved.unbroadcast) {
            parts_.validation.post(validation::MarkUnbroadcast{txid, true});
        }
    }
    // The views show all of it once this is answered.
    api::Pending<api::Done> through;
    prioritise({}, primitives::Amount(0), through.reply());
    (void)through.wait();
}

void PoolService::start_loading() {
    if (!saving_.persist) {
        parts_.node.pool().set_loaded();
        return;
    }
    loader_ = std::thread([this] {
        runtime::set_thread_name("pool-load");
        const auto loaded = load(saving_.path.string(), {.current_time = false, .deltas = true, .unbroadcast = true});
        if (loaded || !stopping_) {
            parts_.node.pool().set_loaded();
        }
    });
}

void PoolService::stop() {
    stopping_ = true;
    if (loader_.joinable()) {
        loader_.join();
    }
}

void PoolService::save_at_end() {
    if (!saving_.persist || !view().loaded()) {
        return;
    }
    if (const auto saved = save(); !saved) {
        log(parts_.logger, LogCategory::all, LogLevel::error, "The transaction pool is lost with this shutdown");
    }
}

}  // namespace keel::daemon
