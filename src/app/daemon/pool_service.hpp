// The pool of transactions for RPC, and its file: read in the background at start, written at the end and on demand.
#pragma once

#include <atomic>
#include <filesystem>
#include <mutex>
#include <thread>

#include "app/daemon/validation_thread.hpp"
#include "engine/mempool/saved_pool.hpp"
#include "engine/node/node.hpp"
#include "front/api/pool.hpp"

namespace keel::daemon {

// Any thread.
class PoolService final : public api::Pool {
public:
    struct Parts {
        node::Node& node;
        runtime::Clock& clock;
        Switchboard& switchboard;
        ValidationThread& validation;
        Logger& logger;
    };
    // How the pool is kept between runs.
    struct Saving {
        std::filesystem::path path;  // of mempool.dat
        bool persist = true;         // read at start and written at the end
        bool plain = false;          // write version 1
    };
    PoolService(const Parts& parts, Saving saving) : parts_(parts), saving_(std::move(saving)) {}
    ~PoolService() override { stop(); }

    [[nodiscard]] const mempool::View& view() const override { return parts_.node.pool(); }
    void submit(primitives::TxPtr tx, const mempool::Pool::Submission& submission,
                api::Reply<mempool::TxResult> reply) override;
    void submit_package(api::PackageToSubmit package, api::Reply<mempool::PackageResult> reply) override;
    void prioritise(const primitives::Txid& txid, primitives::Amount delta, api::Reply<api::Done> reply) override;
    [[nodiscard]] Result<std::string, std::string> save() override;
    [[nodiscard]] Result<void, std::string> load(const std::string& path, const api::PoolImport& what) override;

    // Reads the saved pool on a thread of its own, if it is to be kept.
    void start_loading();
    // Ends that thread; later commands are dropped. While the validation thread still runs.
    void stop();
    // At the end of the run, if the pool is to be kept and was read.
    void save_at_end();

private:
    struct Counts {
        std::size_t accepted = 0;
        std::size_t failed = 0;
        std::size_t expired = 0;
        std::size_t known = 0;
    };
    // False when the node stops meanwhile.
    bool load_txs(const mempool::SavedPool& saved, const api::PoolImport& what, Counts& counts);
    void load_rest(const mempool::SavedPool& saved, const api::PoolImport& what);
    void count(const mempool::TxResult& result, const primitives::Txid& txid, Counts& counts) const;

    Parts parts_;
    Saving saving_;
    std::atomic<bool> stopping_{false};
    std::mutex saving_mutex_;  // one writer of the file at a time
    std::thread loader_;
};

}  // namespace keel::daemon
