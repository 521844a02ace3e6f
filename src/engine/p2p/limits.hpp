// Every bound and timeout of the peer engine, by name. docs/limits.md lists them with their reasons.
#pragma once

#include "base/time.hpp"

namespace keel::p2p {

using std::chrono::hours;
using std::chrono::minutes;

// ---- connections ----
inline constexpr std::size_t kInboundPeersDefault = 114;  // of -maxconnections 125: 11 are kept for outbound
inline constexpr std::size_t kManualNodesMax = 64;        // entries of addnode, -addnode and -connect
inline constexpr seconds kHandshakeTimeout{60};           // from connection to verack
inline constexpr seconds kRedialDelayMin{1};              // a persistent node, after the first failure
inline constexpr seconds kRedialDelayMax{60};             // and after many
inline constexpr seconds kConnectionGood{60};             // lasting this long, it clears the redial delay
inline constexpr seconds kDialTimeout{120};               // net must have answered a Dial by then
inline constexpr std::size_t kDiscouragedMax = 10'000;    // addresses of peers that misbehaved; oldest forgotten
inline constexpr minutes kPingInterval{2};
inline constexpr minutes kPingTimeout{20};

// ---- headers ----
inline constexpr minutes kHeadersTimeoutBase{15};           // for the initial headers of one chosen peer,
inline constexpr milliseconds kHeadersTimeoutPerHeader{1};  // plus this for each header that time suggests
inline constexpr minutes kHeadersRest{2};                   // until a peer that had nothing new is asked again
inline constexpr minutes kHeadersResponseTime{2};           // between two getheaders to one peer
inline constexpr hours kNearTip{24};                        // best header younger: sync with all peers at once
inline constexpr int kAntiDosBuffer = 144;                  // blocks below the tip where a branch may still fork
inline constexpr minutes kChainSyncTimeout{20};             // for an outbound peer to show our tip's work
inline constexpr std::size_t kProtectedOutboundMax = 4;     // outbound peers exempt from that timeout
// Pre-sync memory: one bit per kCommitmentPeriod headers, and the redownload buffer of 48 bytes a header.
inline constexpr std::int32_t kCommitmentPeriod = 620;
inline constexpr std::size_t kRedownloadBufferHeaders = 15'000;
inline constexpr std::size_t kPresyncPeersMax = 32;  // peers that may run a pre-sync at the same time

// ---- blocks in ----
inline constexpr std::size_t kBlocksInFlightPerPeer = 16;
inline constexpr std::int32_t kDownloadWindow = 1024;  // blocks beyond the last one all below which we have
inline constexpr std::size_t kRefillBelow = 12;        // requests of a peer are topped up from here on
inline constexpr seconds kReassignAfter{30};           // then an idle peer takes the first missing block over
inline constexpr seconds kStallTimeoutMin{2};
inline constexpr seconds kStallTimeoutMax{64};
inline constexpr std::size_t kValidationBytesDefault = 128 << 20;  // blocks held by validation or asked for
inline constexpr std::size_t kBlockSizeSamples = 128;              // recent blocks that the size estimate looks at
inline constexpr std::size_t kBlockSizeFloor = 16 << 10;           // no request is estimated smaller
inline constexpr std::int32_t kLimitedPeerBlocks = 288;            // BIP159: what a pruned peer promises to have
inline constexpr std::int64_t kDirectFetchSpacings = 20;           // tip younger than this many spacings: fetch at once

// ---- blocks out ----
inline constexpr std::size_t kServeQueueMax = 50'000;  // block requests waiting, per peer
inline constexpr std::size_t kServesInFlight = 4;      // blocks being read or in the send queue, per peer
inline constexpr std::int32_t kGetBlocksMax = 500;     // hashes in the answer to getblocks
inline constexpr std::size_t kAnnounceMax = 8;         // new blocks announced at once
inline constexpr hours kStaleBlockAge{30 * 24};        // older blocks off the active chain are not served

}  // namespace keel::p2p
