// Answers requests to /rest/ paths (README.md). Any thread.
#pragma once

#include "front/rest/request.hpp"
#include "front/rpc/dispatcher.hpp"

namespace keel::rest {

inline constexpr std::uint64_t kHeadersMax = 2'000;
inline constexpr std::size_t kOutpointsMax = 15;

class Service {
public:
    // The dispatcher must outlive every handle().
    explicit Service(rpc::Dispatcher& dispatcher) : dispatcher_(dispatcher) {}

    // For targets that start with "/rest/".
    [[nodiscard]] Reply handle(const Request& request) const;

private:
    rpc::Dispatcher& dispatcher_;
};

}  // namespace keel::rest
