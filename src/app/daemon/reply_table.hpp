// Answers that an engine will give later, by ticket.
//
// A question is filed before its command is posted; the answer is delivered on the engine's thread. After close() every
// question is dropped, the open ones too: whoever waits then wakes up with nothing. Any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>

namespace keel::daemon {

template <class Answer>
class ReplyTable {
public:
    using Receiver = std::function<void(Answer)>;

    std::uint64_t file(Receiver receiver) {
        const std::lock_guard lock(mutex_);
        const std::uint64_t ticket = ++last_;
        if (!closed_) {
            open_.emplace(ticket, std::move(receiver));
        }
        return ticket;
    }
    // Unknown tickets are ignored.
    void answer(std::uint64_t ticket, Answer answer) {
        Receiver receiver;
        {
            const std::lock_guard lock(mutex_);
            const auto found = open_.find(ticket);
            if (found == open_.end()) {
                return;
            }
            receiver = std::move(found->second);
            open_.erase(found);
        }
        receiver(std::move(answer));
    }
    void close() {
        std::map<std::uint64_t, Receiver> dropped;
        const std::lock_guard lock(mutex_);
        closed_ = true;
        dropped.swap(open_);
    }

private:
    std::mutex mutex_;
    std::map<std::uint64_t, Receiver> open_;
    std::uint64_t last_ = 0;
    bool closed_ = false;
};

}  // namespace keel::daemon
