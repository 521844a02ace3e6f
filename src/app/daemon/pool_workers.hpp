// A worker pool as the port through which validation hands out jobs.
#pragma once

#include "edge/runtime/worker_pool.hpp"
#include "engine/validation/workers.hpp"

namespace keel::daemon {

class PoolWorkers final : public validation::Workers {
public:
    explicit PoolWorkers(runtime::WorkerPool& pool) : pool_(pool) {}

    void submit(Job job) override { pool_.submit(std::move(job)); }
    bool help() override { return pool_.help(); }

private:
    runtime::WorkerPool& pool_;
};

}  // namespace keel::daemon
