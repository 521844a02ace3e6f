// Sets of transactions of one cluster: one bit each.
#pragma once

#include <bit>
#include <cstdint>

namespace keel::txgraph {

// Transactions of a cluster, by their index in it.
using TxSet = std::uint64_t;

constexpr TxSet singleton(std::uint32_t index) { return TxSet{1} << index; }
constexpr bool holds(TxSet set, std::uint32_t index) { return (set >> index & 1U) != 0; }
constexpr std::uint32_t size_of(TxSet set) { return static_cast<std::uint32_t>(std::popcount(set)); }
constexpr std::uint32_t first_of(TxSet set) { return static_cast<std::uint32_t>(std::countr_zero(set)); }
// The set of the first `count` transactions; `count` is at most 64.
constexpr TxSet first_n(std::size_t count) { return count == 64 ? ~TxSet{0} : (TxSet{1} << count) - 1; }

// for (const std::uint32_t index : members(set))
class MemberIterator {
public:
    explicit constexpr MemberIterator(TxSet left) : left_(left) {}
    constexpr std::uint32_t operator*() const { return first_of(left_); }
    constexpr MemberIterator& operator++() {
        left_ &= left_ - 1;
        return *this;
    }
    friend constexpr bool operator==(MemberIterator, MemberIterator) = default;

private:
    TxSet left_;
};

struct Members {
    TxSet set;

    [[nodiscard]] constexpr MemberIterator begin() const { return MemberIterator(set); }
    [[nodiscard]] static constexpr MemberIterator end() { return MemberIterator(0); }
};

constexpr Members members(TxSet set) { return {set}; }

}  // namespace keel::txgraph
