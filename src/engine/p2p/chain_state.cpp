#include "engine/p2p/chain_state.hpp"

#include <limits>

#include "engine/p2p/limits.hpp"

namespace keel::p2p {

using consensus::ChainWork;

ChainState::ChainState(const primitives::Params& params, headers::Tree& tree, const Node& tip, Settings settings)
    : params_(params), tree_(tree), tip_(&tip), settings_(settings) {}

void ChainState::update(UnixTime now) {
    if (!initial_download_ || importing_) return;
    if (tip_->chain_work() < settings_.minimum_work) return;
    if (time_of(*tip_) < now - settings_.max_tip_age) return;
    initial_download_ = false;
}

ChainWork ChainState::anti_dos_work() const {
    const U256 buffer = consensus::block_work(tip_->header().bits).hashes() * kAntiDosBuffer;
    const U256& work = tip_->chain_work().hashes();
    const ChainWork near_tip(work > buffer ? work - buffer : U256());
    return std::max(near_tip, settings_.minimum_work);
}

bool ChainState::can_direct_fetch(UnixTime now) const {
    return time_of(*tip_) > now - spacing() * kDirectFetchSpacings;
}

bool ChainState::headers_near_tip(UnixTime now) const { return time_of(best_header()) > now - kNearTip; }

}  // namespace keel::p2p
