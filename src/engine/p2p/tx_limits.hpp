// Every bound and timeout of transaction relay. docs/limits.md lists them with their reasons.
#pragma once

#include "base/time.hpp"

namespace keel::p2p {

// ---- asking for transactions ----
inline constexpr std::size_t kTxAnnouncementsMax = 5'000;    // per peer, asked for or not
inline constexpr std::size_t kTxRequestsInFlightSoft = 100;  // per peer; beyond it this peer is asked later
inline constexpr seconds kTxDelayNotPreferred{2};            // inbound peers are asked later
inline constexpr seconds kTxDelayByTxid{2};                  // peers that announce by txid, while others do not
inline constexpr seconds kTxDelayBusy{2};                    // peers with many requests in flight
inline constexpr seconds kTxRequestTimeout{60};              // then the next peer is asked
inline constexpr std::size_t kTxGetDataMax = 1'000;          // entries of one getdata

// ---- telling about transactions ----
inline constexpr seconds kTxInvInterval{2};         // mean, for each outbound peer
inline constexpr seconds kTxInvIntervalInbound{5};  // mean, for all inbound peers together
inline constexpr std::size_t kTxInvTarget = 70;     // announced at once: 14 a second
inline constexpr std::size_t kTxInvMax = 1'000;
inline constexpr std::size_t kTxKnownMax = 50'000;       // of each peer: ids it knows
inline constexpr std::size_t kTxToAnnounceMax = 50'000;  // of each peer; beyond it new ones are not announced to it
inline constexpr seconds kFeeFilterInterval{10 * 60};    // mean
inline constexpr seconds kFeeFilterSoon{5 * 60};         // at most, when it has changed much

// ---- taking transactions ----
inline constexpr std::size_t kTxRejectsMax = 120'000;   // remembered until the tip changes
inline constexpr std::size_t kTxConfirmedMax = 48'000;  // remembered of recent blocks
inline constexpr std::size_t kTxInValidationMax = 5'000;
inline constexpr std::size_t kOrphansMax = 100;
inline constexpr std::size_t kOrphanBytesMax = 400'000;  // of one
inline constexpr seconds kOrphanLife{20 * 60};

}  // namespace keel::p2p
