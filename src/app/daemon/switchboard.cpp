#include "app/daemon/switchboard.hpp"

namespace keel::daemon {

using validation::Source;

void TipWatch::changed() {
    const std::lock_guard lock(mutex_);
    wake_.notify_all();
}

void TipWatch::wait(milliseconds timeout, const std::function<bool()>& now_different) {
    // A wait as long as the clock can count would overflow when it is added to the present.
    constexpr milliseconds kLongest = std::chrono::hours(24 * 365);
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, std::min(timeout, kLongest), [&] { return stopped_ || now_different(); });
}

void TipWatch::stop() {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    wake_.notify_all();
}

bool TipWatch::stopped() const {
    const std::lock_guard lock(mutex_);
    return stopped_;
}

void Switchboard::deliver(node::Outbox& outbox) {
    for (validation::Command& command : outbox.to_validation) {
        targets_.validation(std::move(command));
    }
    for (p2p::Event& event : outbox.to_p2p) {
        targets_.p2p(std::move(event));
    }
    for (node::NetAction& action : outbox.to_net) {
        targets_.net(std::move(action));
    }
    for (const p2p::Answer& answer : outbox.p2p_answers) {
        controls_.answer(answer.ticket, answer.failure);
    }
    deliver_block_news(outbox);
    deliver_pool_news(outbox);
    for (validation::Fatal& fatal : outbox.fatal) {
        targets_.fatal(std::move(fatal.message));
    }
    outbox.clear();
}

void Switchboard::deliver_block_news(node::Outbox& outbox) {
    if (!outbox.tips.empty()) {
        tips_.changed();
    }
    for (const validation::BlockTaken& taken : outbox.taken) {
        if (taken.source.kind == Source::Kind::import) {
            targets_.import_credit(taken.bytes);
        }
    }
    for (validation::BlockVerdict& verdict : outbox.verdicts) {
        if (verdict.source.kind == Source::Kind::api && is_at_rest(verdict)) {
            const auto ticket = static_cast<std::uint64_t>(verdict.source.id);
            verdicts_.answer(ticket, std::move(verdict));
        }
    }
    for (validation::Answer& answer : outbox.answers) {
        const validation::Ticket ticket = answer.ticket;
        answers_.answer(ticket, std::move(answer));
    }
}

void Switchboard::deliver_pool_news(node::Outbox& outbox) {
    for (validation::TxVerdict& verdict : outbox.tx_verdicts) {
        if (verdict.source.kind == Source::Kind::api) {
            tx_results_.answer(static_cast<std::uint64_t>(verdict.source.id), std::move(verdict.result));
        }
    }
    for (validation::PackageVerdict& verdict : outbox.package_verdicts) {
        if (verdict.source.kind == Source::Kind::api) {
            package_results_.answer(static_cast<std::uint64_t>(verdict.source.id), std::move(verdict.result));
        }
    }
}

bool Switchboard::is_at_rest(const validation::BlockVerdict& verdict) const {
    const headers::Node* node = verdict.node;
    return verdict.outcome != validation::Outcome::stored || node->chain_tx_count() == 0 ||
           node->chain_work() <= targets_.tip().chain_work();
}

void Switchboard::close() {
    controls_.close();
    answers_.close();
    verdicts_.close();
    tx_results_.close();
    package_results_.close();
    tips_.stop();
}

}  // namespace keel::daemon
