// The running node: stores, engines, threads and servers, started in order and stopped in reverse.
//
// Threads (docs/architecture.md, section 3): main (this object: life cycle), net, p2p, validation, verify-k, flush,
// import, rpc-k. Every object has one owner thread; what crosses is posted as a value.
//
// Start: log, folders, lock; RPC server, answering "warming up"; stores; engines; validation; network and p2p; import.
// Stop: RPC and waiting requests, import, network, p2p, validation (which brings everything to disk), workers, stores.
#pragma once

#include "app/daemon/chain_reader.hpp"
#include "app/daemon/directory.hpp"
#include "app/daemon/heap.hpp"
#include "app/daemon/importer.hpp"
#include "app/daemon/logs.hpp"
#include "app/daemon/mining_service.hpp"
#include "app/daemon/node_commands.hpp"
#include "app/daemon/pool_service.hpp"
#include "app/daemon/pool_workers.hpp"
#include "app/daemon/progress.hpp"
#include "app/daemon/rpc_service.hpp"
#include "app/daemon/stores.hpp"

namespace keel::daemon {

class Daemon {
public:
    Daemon(settings::Loaded loaded, Options options, std::string version_line);
    ~Daemon();
    Daemon(const Daemon&) = delete;
    Daemon& operator=(const Daemon&) = delete;

    // Until everything runs. The error is a sentence; call stop() all the same.
    [[nodiscard]] Result<void, std::string> start();
    // Sleeps until a signal, `stop`, or a failure. The error is what broke.
    [[nodiscard]] Result<void, std::string> run();
    void stop();

    [[nodiscard]] Snapshot snapshot() const;
    // Once an import is over.
    [[nodiscard]] const Snapshot& import_begin() const { return import_begin_; }
    [[nodiscard]] Snapshot import_end() const;

private:
    class Clocked final : public validation::Stages {
    public:
        [[nodiscard]] std::int64_t nanoseconds() const override;
    };

    [[nodiscard]] Result<void, std::string> open_node();
    void make_threads();
    [[nodiscard]] Result<void, std::string> start_network();
    [[nodiscard]] Result<std::vector<wire::Endpoint>, std::string> listen();
    void start_rpc_calls(const std::vector<wire::Endpoint>& listening);
    void start_peers();
    void start_import();
    void end_import(const std::string& failure);
    // Before the disk is full, the node stops: a database in mid-write cannot.
    [[nodiscard]] Result<void, std::string> check_space() const;
    void report_progress();
    [[nodiscard]] FeeFiles fee_files() const;
    void save_fees();
    void fail(std::string message);
    [[nodiscard]] std::string failure() const;

    runtime::Clock clock_;
    settings::Loaded loaded_;
    Options options_;
    std::string version_line_;
    std::unique_ptr<runtime::FileLogger> logger_;
    std::unique_ptr<LogSwitch> log_switch_;
    std::optional<DirectoryLock> lock_;
    std::optional<PidFile> pid_file_;
    Switchboard switchboard_;
    std::unique_ptr<RpcService> rpc_;
    Stores stores_;
    Clocked stages_;
    std::atomic<ValidationThread*> wakes_{nullptr};  // told when a worker has finished a job
    std::unique_ptr<runtime::WorkerPool> verify_;
    std::unique_ptr<runtime::WorkerPool> flush_;
    std::unique_ptr<PoolWorkers> verify_port_;
    std::unique_ptr<PoolWorkers> flush_port_;
    std::unique_ptr<node::Node> node_;
    std::unique_ptr<ChainReader> chain_;
    std::unique_ptr<ValidationThread> validation_;
    std::unique_ptr<P2pThread> p2p_;
    std::unique_ptr<net::Network> network_;
    std::unique_ptr<NetCarrier> carrier_;
    std::unique_ptr<NodeCommands> commands_;
    std::unique_ptr<PeersReader> peers_;
    std::unique_ptr<PoolService> pool_;
    std::unique_ptr<MiningService> mining_;
    std::unique_ptr<Importer> importer_;

    std::atomic<bool> importing_{false};
    Snapshot import_begin_;
    Snapshot last_report_;
    HeapTrimmer trimmer_;
    mutable std::mutex mutex_;  // guards the two below
    Snapshot import_end_;
    std::string failure_;
};

}  // namespace keel::daemon
