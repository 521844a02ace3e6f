// Learns whether a peer's chain of headers has enough work before any of it is stored.
//
// Headers are cheap to make where difficulty is low, and a node that stored every chain somebody sends it would run out
// of memory. So a chain whose work is not known to suffice is downloaded twice:
//  1. Presync: add up the work that the headers claim (each with its proof), keep nothing of them but one bit for
//     every `commitment_period` headers: the lowest bit of a salted hash, at a secret offset.
//  2. Redownload, once the work suffices: the same headers again. They pass through a buffer and are given out only
//     when enough commitments behind them agreed, so that a peer which now sends another, worthless chain is found out
//     with all but negligible probability before much of that is stored. Behind the header with which the work
//     suffices everything is given out.
//
// In both phases the headers must connect, and their difficulty may not move faster than the rules permit: otherwise an
// attacker could claim much work with few blocks.
//
// Memory for one peer: `redownload_buffer` headers of 48 bytes (720 KB), and one bit per period for as many headers as
// a valid chain can have: no more than six in a second since the median time of its start (BIP113), which is below 110
// KB for main in 2030. memory() says how much it is.
#pragma once

#include <deque>

#include "base/rng.hpp"
#include "crypto/siphash.hpp"
#include "engine/headers/node.hpp"
#include "engine/p2p/limits.hpp"
#include "rules/primitives/params.hpp"

namespace keel::p2p {

struct PresyncSettings {
    std::int32_t commitment_period = kCommitmentPeriod;
    std::size_t redownload_buffer = kRedownloadBufferHeaders;
};

class LowWorkPresync {
public:
    // `start`: the last header we have in common; `required`: the work that the whole chain must reach.
    struct Goal {
        const primitives::Params& params;
        const headers::Node& start;
        consensus::ChainWork required;
        UnixTime now;
    };
    LowWorkPresync(const Goal& goal, PresyncSettings settings, Rng& rng);

    enum class Phase : std::uint8_t { presync, redownload, done };

    // Headers that connect to each other, each with valid proof of work, and their hashes.
    struct Page {
        std::span<const primitives::Header> headers;
        std::span<const primitives::BlockHash> hashes;
        bool full = false;  // the peer may have more
    };
    struct Step {
        bool ok = false;  // the page was the continuation it had to be
        bool request_more = false;
        std::vector<primitives::Header> ready;  // on a chain with enough work: to be stored
    };
    // Without request_more this object is done and holds no memory any more.
    Step process(const Page& page);
    // Where to continue; not when done.
    [[nodiscard]] std::vector<primitives::BlockHash> locator() const;

    [[nodiscard]] Phase phase() const { return phase_; }
    // Height of the last header seen in the first phase.
    [[nodiscard]] primitives::Height presync_height() const { return height_; }
    // Bytes held for this peer.
    [[nodiscard]] std::size_t memory() const;

private:
    struct Packed {  // a header without the hash of its parent
        std::int32_t version;
        primitives::MerkleRoot merkle_root;
        std::uint32_t time;
        primitives::CompactTarget bits;
        std::uint32_t nonce;
    };
    static_assert(sizeof(Packed) == 48);

    bool presync(const Page& page);
    bool redownload(const primitives::Header& header, const primitives::BlockHash& hash);
    std::vector<primitives::Header> take_ready();
    void finish();
    [[nodiscard]] bool commitment(const primitives::BlockHash& hash) const;
    [[nodiscard]] bool is_committed(primitives::Height height) const;

    const primitives::Params& params_;
    const headers::Node& start_;
    consensus::ChainWork required_;
    PresyncSettings settings_;
    crypto::SipKey salt_;
    std::int32_t offset_;
    std::size_t commitments_max_;

    Phase phase_ = Phase::presync;
    std::vector<bool> commitments_;
    // First phase: the last header seen.
    primitives::Height height_;
    primitives::BlockHash last_hash_;
    primitives::CompactTarget last_bits_;
    consensus::ChainWork work_;
    // Second phase.
    std::deque<Packed> buffer_;
    primitives::BlockHash buffer_parent_;  // of its first header
    primitives::BlockHash buffer_last_;
    primitives::Height buffer_height_;  // of its last header
    primitives::CompactTarget buffer_bits_;
    consensus::ChainWork buffer_work_;
    std::size_t next_commitment_ = 0;
    bool reached_ = false;
};

}  // namespace keel::p2p
