#include "rules/consensus/locks.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "rules/consensus/limits.hpp"

namespace keel::consensus {

bool is_final(TxView tx, Height height, std::int64_t time) {
    const std::int64_t lock_time = tx.lock_time();
    const std::int64_t reached = lock_time < std::int64_t{kLockTimeThreshold} ? height.value() : time;
    if (lock_time == 0 || lock_time < reached) {
        return true;
    }
    for (std::size_t i = 0; i < tx.input_count(); ++i) {
        if (tx.input(i).sequence() != kSequenceFinal) {
            return false;
        }
    }
    return true;
}

SequenceLocks sequence_locks(TxView tx, std::span<const CoinView> coins, const PastHeaders& past) {
    KEEL_ASSERT(coins.size() == tx.input_count());
    SequenceLocks locks;
    if (tx.version() < 2) {
        return locks;
    }
    for (std::size_t i = 0; i < coins.size(); ++i) {
        const std::uint32_t sequence = tx.input(i).sequence();
        if ((sequence & kSequenceDisabled) != 0) {
            continue;
        }
        const auto distance = static_cast<std::int32_t>(sequence & kSequenceMask);
        const Height coin_height = coins[i].height;
        // One less than the first height or time that is allowed, as lock times are meant.
        if ((sequence & kSequenceIsTime) != 0) {
            const Height before = std::max(coin_height - 1, Height(0));
            const std::int64_t since = past.median_time_past(before);
            locks.time = std::max(locks.time, since + (std::int64_t{distance} << kSequenceGranularity) - 1);
        } else {
            locks.height = std::max(locks.height, coin_height + (distance - 1));
        }
    }
    return locks;
}

bool locks_passed(const SequenceLocks& locks, const PastHeaders& past) {
    return locks.height < past.next_height() && locks.time < past.median_time_past();
}

}  // namespace keel::consensus
