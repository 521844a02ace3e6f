// The least fee rate of a pool that was full: it jumps to what was evicted, and halves every twelve hours once a block
// has come since (every six or three while the pool is less than half or a quarter full).
//
// Integers only: the rate is kept in 2^-32 satoshi for 1,000 virtual bytes.
#pragma once

#include "base/time.hpp"
#include "base/wide.hpp"
#include "engine/policy/fee_rate.hpp"

namespace keel::mempool {

class RollingMinimum {
public:
    // How full the pool is.
    struct Fill {
        std::size_t usage = 0;
        std::size_t limit = 0;
    };

    // Something of this rate (with the increment) had to go.
    void evicted(const policy::FeeRate& rate);
    void block_connected(UnixTime now);
    // Lets it fall; more than ten seconds must have passed for anything to happen. Below half the increment it is zero.
    void advance(UnixTime now, const Fill& fill, const policy::FeeRate& incremental);
    // What it is after the latest advance(): zero, or not less than the increment once a block has come.
    [[nodiscard]] policy::FeeRate rate(const policy::FeeRate& incremental) const;

private:
    [[nodiscard]] primitives::Amount rounded() const;

    Wide rate_ = 0;
    UnixTime last_;
    bool block_since_ = false;
};

}  // namespace keel::mempool
