#include "engine/validation/prefetcher.hpp"

namespace keel::validation {

using headers::Node;

void Prefetcher::plan(ActiveChain& chain, const Node& target, BlockStore& store) {
    if (chain.cache().flushed_state().coins == 0) {
        return;  // nothing is on disk
    }
    while (!tasks_.empty() && !target.has_ancestor(*tasks_.back()->node)) {
        tasks_.pop_back();
    }
    const Node* last = tasks_.empty() ? &chain.coin_tip() : tasks_.back()->node;
    while (tasks_.size() < kAhead && last != &target) {
        const Node* next = target.ancestor(last->height() + 1);
        if (next == nullptr || !store.in_memory(*next)) {
            return;
        }
        const auto block = store.get(*next);
        auto task = std::make_shared<Task>();
        task->node = next;
        task->job = chain.cache().plan_prefetch(block->block(), chain.overwrites(*next));
        if (!task->job.needed()) {
            task->done.set();
        } else {
            ports_.verify.submit([task, ports = ports_] {
                const StageTimer timer(ports.stages, Stage::prefetch);
                task->job.run(ports.coins);
                task->done.set();
            });
        }
        tasks_.push_back(std::move(task));
        last = next;
    }
}

const chain::PrefetchJob* Prefetcher::find(const Node& node) const {
    for (const auto& task : tasks_) {
        if (task->node == &node && task->job.needed()) {
            return &task->job;
        }
    }
    return nullptr;
}

bool Prefetcher::running(const Node& node) const {
    for (const auto& task : tasks_) {
        if (task->node == &node) {
            return !task->done.is_set();
        }
    }
    return false;
}

void Prefetcher::forget(const Node& node) {
    while (!tasks_.empty() && tasks_.front()->node->height() <= node.height()) {
        tasks_.pop_front();
    }
}

}  // namespace keel::validation
