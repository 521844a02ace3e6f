// The name of the calling thread, for logs and for the system's tools.
#pragma once

#include <string_view>

namespace keel::runtime {

// The system shows the first 15 characters.
void set_thread_name(std::string_view name);
// Empty for threads that were given none.
std::string_view thread_name();

}  // namespace keel::runtime
