#include "engine/p2p/low_work_presync.hpp"

#include "base/assert.hpp"
#include "rules/consensus/limits.hpp"
#include "rules/consensus/pow.hpp"

namespace keel::p2p {

using primitives::BlockHash;
using primitives::Header;
using primitives::Height;

namespace {

// A chain's median time must grow by a second in every six blocks at least (BIP113).
constexpr std::int64_t kBlocksPerSecondMax = 6;

std::size_t most_commitments(const headers::Node& start, std::int32_t period, UnixTime now) {
    const std::int64_t span = to_seconds(now) - start.median_time_past() + consensus::kMaxFutureBlockTime;
    return static_cast<std::size_t>(std::max<std::int64_t>(span, 0) * kBlocksPerSecondMax / period);
}

}  // namespace

LowWorkPresync::LowWorkPresync(const Goal& goal, PresyncSettings settings, Rng& rng)
    : params_(goal.params),
      start_(goal.start),
      required_(goal.required),
      settings_(settings),
      salt_{rng.next(), rng.next()},
      offset_(static_cast<std::int32_t>(rng.below(static_cast<std::uint64_t>(settings.commitment_period)))),
      commitments_max_(most_commitments(goal.start, settings.commitment_period, goal.now)),
      height_(start_.height()),
      last_hash_(start_.hash()),
      last_bits_(start_.header().bits),
      work_(start_.chain_work()) {}

LowWorkPresync::Step LowWorkPresync::process(const Page& page) {
    KEEL_ASSERT(phase_ != Phase::done && page.headers.size() == page.hashes.size() && !page.headers.empty());
    Step step;
    if (phase_ == Phase::presync) {
        step.ok = presync(page);
        step.request_more = step.ok && (page.full || phase_ == Phase::redownload);
    } else {
        step.ok = true;
        for (std::size_t i = 0; i < page.headers.size() && step.ok; ++i) {
            step.ok = redownload(page.headers[i], page.hashes[i]);
        }
        if (step.ok) {
            step.ready = take_ready();
            const bool complete = reached_ && buffer_.empty();
            step.request_more = page.full && !complete;
        }
    }
    if (!step.request_more) finish();
    return step;
}

std::vector<BlockHash> LowWorkPresync::locator() const {
    KEEL_ASSERT(phase_ != Phase::done);
    std::vector<BlockHash> hashes = headers::locator(start_);
    const BlockHash& last = phase_ == Phase::presync ? last_hash_ : buffer_last_;
    if (last != start_.hash()) hashes.insert(hashes.begin(), last);
    return hashes;
}

std::size_t LowWorkPresync::memory() const { return commitments_.capacity() / 8 + buffer_.size() * sizeof(Packed); }

bool LowWorkPresync::presync(const Page& page) {
    if (page.headers.front().previous != last_hash_) return false;
    for (std::size_t i = 0; i < page.headers.size(); ++i) {
        const Header& header = page.headers[i];
        const Height next = height_ + 1;
        if (!consensus::permitted_difficulty_transition(next, last_bits_, header.bits, params_.pow)) return false;
        if (is_committed(next)) {
            if (commitments_.size() >= commitments_max_) return false;
            commitments_.push_back(commitment(page.hashes[i]));
        }
        work_ += consensus::block_work(header.bits);
        height_ = next;
        last_bits_ = header.bits;
    }
    last_hash_ = page.hashes.back();
    if (work_ >= required_) {
        phase_ = Phase::redownload;
        buffer_parent_ = buffer_last_ = start_.hash();
        buffer_height_ = start_.height();
        buffer_bits_ = start_.header().bits;
        buffer_work_ = start_.chain_work();
    }
    return true;
}

bool LowWorkPresync::redownload(const Header& header, const BlockHash& hash) {
    if (header.previous != buffer_last_) return false;
    const Height next = buffer_height_ + 1;
    if (!consensus::permitted_difficulty_transition(next, buffer_bits_, header.bits, params_.pow)) return false;
    buffer_work_ += consensus::block_work(header.bits);
    reached_ = reached_ || buffer_work_ >= required_;
    // From there on the peer's chain may have grown past what was committed to.
    if (!reached_ && is_committed(next)) {
        if (next_commitment_ >= commitments_.size()) return false;
        if (commitments_[next_commitment_++] != commitment(hash)) return false;
    }
    buffer_.push_back({header.version, header.merkle_root, header.time, header.bits, header.nonce});
    buffer_last_ = hash;
    buffer_bits_ = header.bits;
    buffer_height_ = next;
    return true;
}

std::vector<Header> LowWorkPresync::take_ready() {
    const std::size_t keep = reached_ ? 0 : settings_.redownload_buffer;
    std::vector<Header> ready;
    while (buffer_.size() > keep) {
        const Packed& packed = buffer_.front();
        const Header header{.version = packed.version,
                            .previous = buffer_parent_,
                            .merkle_root = packed.merkle_root,
                            .time = packed.time,
                            .bits = packed.bits,
                            .nonce = packed.nonce};
        buffer_parent_ = header.hash();
        ready.push_back(header);
        buffer_.pop_front();
    }
    return ready;
}

void LowWorkPresync::finish() {
    phase_ = Phase::done;
    commitments_ = std::vector<bool>();  // assigning {} would keep the memory
    buffer_ = std::deque<Packed>();
}

bool LowWorkPresync::commitment(const BlockHash& hash) const { return (crypto::siphash(salt_, hash) & 1U) != 0; }

bool LowWorkPresync::is_committed(Height height) const {
    return height.value() % settings_.commitment_period == offset_;
}

}  // namespace keel::p2p
