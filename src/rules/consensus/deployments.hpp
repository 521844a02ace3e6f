// Soft-fork deployments: buried ones by height, running ones by BIP9 signalling.
#pragma once

#include <map>
#include <string_view>
#include <vector>

#include "rules/consensus/history.hpp"
#include "rules/primitives/params.hpp"

namespace keel::consensus {

using primitives::Deployment;
using primitives::Params;

// Whether a buried rule that starts at `from` binds the block at `height`.
constexpr bool is_active(Height from, Height height) { return height >= from; }

// BIP9 states, in the order in which a deployment passes through them.
enum class ThresholdState : std::uint8_t { defined, started, locked_in, active, failed };
std::string_view to_string(ThresholdState state);

// States at the ends of periods, by the hash of a period's last header. One for each deployment and network; owned by
// the caller, never invalid (states of a header depend on its ancestors only). Grows by one entry per period and
// branch.
class ThresholdCache {
public:
    void clear() { states_.clear(); }

private:
    friend class ThresholdMachine;
    std::map<BlockHash, ThresholdState> states_;
};

// State for the block that comes after `past` (BIP9 "State transitions", with the minimum activation height of BIP341).
// Amortized O(1); once per period O(period).
ThresholdState state_after(const PastHeaders& past, const Deployment& deployment, ThresholdCache& cache);
// Height of the first block that had this state.
Height state_since(const PastHeaders& past, const Deployment& deployment, ThresholdCache& cache);

// Signalling in the period that contains the last header of `past`.
struct SignalCount {
    int period = 0;
    int threshold = 0;
    int elapsed = 0;        // headers of the period so far, the last included
    int count = 0;          // of those, how many signalled
    bool possible = false;  // whether the threshold can still be reached
};
SignalCount count_signals(const PastHeaders& past, const Deployment& deployment);

// BIP9: the bits of a header's version, when its top three bits are 001.
inline constexpr std::uint32_t kVersionBitsTop = 0x20000000;
inline constexpr std::uint32_t kVersionBitsTopMask = 0xE0000000;
inline constexpr int kVersionBitsCount = 29;
bool signals(std::int32_t version, int bit);

// Caches for every deployment of one network, for those that nobody has told us about, and what is made from them.
class VersionBits {
public:
    // `params` must outlive this.
    explicit VersionBits(const Params& params);

    [[nodiscard]] ThresholdState state(const PastHeaders& past, std::size_t deployment);
    [[nodiscard]] Height since(const PastHeaders& past, std::size_t deployment);
    // Version for a block on top of `past`: signals what has started or is locked in.
    [[nodiscard]] std::int32_t version_to_mine(const PastHeaders& past);

    struct UnknownRule {
        int bit = 0;
        bool active = false;  // otherwise locked in
    };
    // Bits that miners have locked in or activated although no deployment here uses them: this software may be too old.
    [[nodiscard]] std::vector<UnknownRule> unknown_rules(const PastHeaders& past);

private:
    // What version_to_mine() says on top of the header at `last`.
    [[nodiscard]] std::uint32_t version_at(const PastHeaders& past, Height last);

    const Params& params_;
    std::vector<ThresholdCache> known_;
    std::vector<ThresholdCache> unknown_;
};

}  // namespace keel::consensus
