#include "edge/runtime/thread_name.hpp"

#include <pthread.h>
#include <string>

namespace keel::runtime {
namespace {

constexpr std::size_t kSystemLimit = 15;

std::string& current() {
    thread_local std::string name;
    return name;
}

}  // namespace

void set_thread_name(std::string_view name) {
    current() = name;
    pthread_setname_np(pthread_self(), current().substr(0, kSystemLimit).c_str());
}

std::string_view thread_name() { return current(); }

}  // namespace keel::runtime
