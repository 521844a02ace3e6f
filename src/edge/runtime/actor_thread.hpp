// A thread that owns an object and does what its mailbox says.
//
// The body's handle() is called for each item in turn, and rest() after each batch, after a wake(), and when the time
// it named has come; both always on this thread. The object behind the body is created and destroyed outside of it.
#pragma once

#include <functional>
#include <string>
#include <thread>

#include "edge/runtime/mailbox.hpp"
#include "edge/runtime/thread_name.hpp"

namespace keel::runtime {

template <class T>
class ActorThread {
public:
    struct Body {
        std::function<void(T item)> handle;
        // When to be called again at the latest; in the past: at once, after looking into the mailbox; nothing: when
        // there is an item or a wake().
        std::function<std::optional<Deadline>()> rest;
    };

    ActorThread(std::string name, Body body)
        : thread_([this, name = std::move(name), body = std::move(body)] { run(name, body); }) {}
    ~ActorThread() { stop(); }
    ActorThread(const ActorThread&) = delete;
    ActorThread& operator=(const ActorThread&) = delete;

    // Any thread. False once stopped.
    bool post(T item) { return mailbox_.post(std::move(item)); }
    // Any thread. rest() is called soon.
    void wake() { mailbox_.wake(); }
    // Handles what was posted before, then ends the thread and waits for it. Not from the thread itself.
    void stop() {
        mailbox_.close();
        if (thread_.joinable()) thread_.join();
    }

private:
    void run(const std::string& name, const Body& body) {
        set_thread_name(name);
        std::vector<T> batch;
        std::optional<Deadline> until = body.rest();
        while (mailbox_.wait(batch, until)) {
            for (T& item : batch) {
                body.handle(std::move(item));
            }
            until = body.rest();
        }
    }

    Mailbox<T> mailbox_;
    std::thread thread_;  // last: starts when everything else is there
};

}  // namespace keel::runtime
