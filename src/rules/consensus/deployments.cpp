#include "rules/consensus/deployments.hpp"

#include <limits>

#include "base/assert.hpp"

namespace keel::consensus {

std::string_view to_string(ThresholdState state) {
    switch (state) {
        case ThresholdState::defined: return "defined";
        case ThresholdState::started: return "started";
        case ThresholdState::locked_in: return "locked_in";
        case ThresholdState::active: return "active";
        case ThresholdState::failed: return "failed";
    }
    return "";
}

bool signals(std::int32_t version, int bit) {
    const auto bits = static_cast<std::uint32_t>(version);
    return (bits & kVersionBitsTopMask) == kVersionBitsTop && ((bits >> static_cast<unsigned>(bit)) & 1U) != 0;
}

// The state machine of BIP9 for anything that headers can vote for.
class ThresholdMachine {
public:
    using Vote = std::function<bool(Height, const HeaderFacts&)>;

    ThresholdMachine(const Deployment& deployment, Vote vote, ThresholdCache& cache)
        : deployment_(deployment), vote_(std::move(vote)), cache_(cache) {}

    // For the block after the header at `last`; every block of a period has the state of its first one.
    [[nodiscard]] ThresholdState state_after(const PastHeaders& past, Height last) {
        if (deployment_.start_time == Deployment::kAlwaysActive) {
            return ThresholdState::active;
        }
        if (deployment_.start_time == Deployment::kNeverActive) {
            return ThresholdState::failed;
        }
        std::vector<Height> unknown;
        Height end = last_of_period_before(last);
        ThresholdState state = ThresholdState::defined;  // before the first full period, and before the start time
        while (end >= Height(0) && past.median_time_past(end) >= deployment_.start_time) {
            if (const auto known = cache_.states_.find(past.hash(end)); known != cache_.states_.end()) {
                state = known->second;
                break;
            }
            unknown.push_back(end);
            end = end - deployment_.period;
        }
        for (; !unknown.empty(); unknown.pop_back()) {
            state = next(state, past, unknown.back());
            cache_.states_[past.hash(unknown.back())] = state;
        }
        return state;
    }

    [[nodiscard]] Height state_since(const PastHeaders& past) {
        if (deployment_.start_time < 0) {
            return Height(0);
        }
        const ThresholdState state = state_after(past, past.height());
        if (state == ThresholdState::defined) {
            return Height(0);
        }
        Height end = last_of_period_before(past.height());
        for (Height before = end - deployment_.period; before >= Height(0) && state_after(past, before) == state;
             before = before - deployment_.period) {
            end = before;
        }
        return end + 1;
    }

private:
    // The last header at or below `height` that ends a period; negative when there is none.
    [[nodiscard]] Height last_of_period_before(Height height) const {
        return height - (height.value() + 1) % deployment_.period;
    }

    [[nodiscard]] ThresholdState next(ThresholdState state, const PastHeaders& past, Height end) const {
        switch (state) {
            case ThresholdState::defined:
                return past.median_time_past(end) >= deployment_.start_time ? ThresholdState::started : state;
            case ThresholdState::started:
                if (votes(past, end) >= deployment_.threshold) {
                    return ThresholdState::locked_in;
                }
                return past.median_time_past(end) >= deployment_.timeout ? ThresholdState::failed : state;
            case ThresholdState::locked_in:
                return end + 1 >= deployment_.min_activation_height ? ThresholdState::active : state;
            case ThresholdState::active:
            case ThresholdState::failed: return state;
        }
        return state;
    }

    [[nodiscard]] int votes(const PastHeaders& past, Height end) const {
        int count = 0;
        past.walk_back(end, [&](Height height, const HeaderFacts& header) {
            count += vote_(height, header) ? 1 : 0;
            return height > end - (deployment_.period - 1);
        });
        return count;
    }

    const Deployment& deployment_;
    Vote vote_;
    ThresholdCache& cache_;
};

namespace {

ThresholdMachine machine_of(const Deployment& deployment, ThresholdCache& cache) {
    return {deployment,
            [bit = deployment.bit](Height, const HeaderFacts& header) { return signals(header.version, bit); }, cache};
}

}  // namespace

ThresholdState state_after(const PastHeaders& past, const Deployment& deployment, ThresholdCache& cache) {
    return machine_of(deployment, cache).state_after(past, past.height());
}

Height state_since(const PastHeaders& past, const Deployment& deployment, ThresholdCache& cache) {
    return machine_of(deployment, cache).state_since(past);
}

SignalCount count_signals(const PastHeaders& past, const Deployment& deployment) {
    SignalCount out{.period = deployment.period, .threshold = deployment.threshold};
    if (past.height() < Height(0)) {
        return out;
    }
    out.elapsed = 1 + past.height().value() % deployment.period;
    int left = out.elapsed;
    past.walk_back(past.height(), [&](Height, const HeaderFacts& header) {
        out.count += signals(header.version, deployment.bit) ? 1 : 0;
        return --left > 0;
    });
    out.possible = out.period - out.threshold >= out.elapsed - out.count;
    return out;
}

VersionBits::VersionBits(const Params& params)
    : params_(params), known_(params.deployments.size()), unknown_(kVersionBitsCount) {}

ThresholdState VersionBits::state(const PastHeaders& past, std::size_t deployment) {
    return state_after(past, params_.deployments[deployment], known_[deployment]);
}

Height VersionBits::since(const PastHeaders& past, std::size_t deployment) {
    return state_since(past, params_.deployments[deployment], known_[deployment]);
}

std::uint32_t VersionBits::version_at(const PastHeaders& past, Height last) {
    std::uint32_t version = kVersionBitsTop;
    for (std::size_t i = 0; i < params_.deployments.size(); ++i) {
        const Deployment& deployment = params_.deployments[i];
        const ThresholdState state = machine_of(deployment, known_[i]).state_after(past, last);
        if (state == ThresholdState::started || state == ThresholdState::locked_in) {
            version |= 1U << static_cast<unsigned>(deployment.bit);
        }
    }
    return version;
}

std::int32_t VersionBits::version_to_mine(const PastHeaders& past) {
    return static_cast<std::int32_t>(version_at(past, past.height()));
}

std::vector<VersionBits::UnknownRule> VersionBits::unknown_rules(const PastHeaders& past) {
    Deployment unknown{.name = "unknown", .start_time = 0, .timeout = std::numeric_limits<std::int64_t>::max()};
    if (params_.network != primitives::Network::main) {
        // BIP9 "Parameters": test networks ask for three quarters.
        unknown.period = static_cast<int>(params_.pow.interval());
        unknown.threshold = unknown.period * 3 / 4;
    }
    std::vector<UnknownRule> found;
    for (int bit = 0; bit < kVersionBitsCount; ++bit) {
        unknown.bit = bit;
        // A bit counts when it is set without one of our own deployments asking for it at that height.
        const auto vote = [&](Height height, const HeaderFacts& header) {
            return height >= params_.version_warning_from && signals(header.version, bit) &&
                   ((version_at(past, height - 1) >> static_cast<unsigned>(bit)) & 1U) == 0;
        };
        ThresholdMachine machine(unknown, vote, unknown_[static_cast<std::size_t>(bit)]);
        const ThresholdState state = machine.state_after(past, past.height());
        if (state == ThresholdState::active || state == ThresholdState::locked_in) {
            found.push_back({bit, state == ThresholdState::active});
        }
    }
    return found;
}

}  // namespace keel::consensus
