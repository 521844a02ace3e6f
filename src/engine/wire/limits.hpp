// Every bound of the peer protocol's messages, by name. A message above one of these is refused before anything is
// allocated for it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace keel::wire {

// What we speak, and the oldest we understand (headers-first synchronization).
inline constexpr std::int32_t kProtocolVersion = 70017;
inline constexpr std::int32_t kMinPeerVersion = 31800;
// Versions from which a peer understands something.
inline constexpr std::int32_t kPingNonceVersion = 60001;       // BIP31
inline constexpr std::int32_t kSendHeadersVersion = 70012;     // BIP130
inline constexpr std::int32_t kFeeFilterVersion = 70013;       // BIP133
inline constexpr std::int32_t kCompactBlocksVersion = 70014;   // BIP152
inline constexpr std::int32_t kInvalidCompactVersion = 70015;  // no ban for an invalid compact block
inline constexpr std::int32_t kWtxidRelayVersion = 70016;      // BIP339, BIP155
inline constexpr std::int32_t kFeatureVersion = 70017;         // BIP434

inline constexpr std::size_t kMaxPayloadBytes = 4'000'000;     // of any message
inline constexpr std::size_t kMaxAddrEntries = 1000;           // addr, addrv2
inline constexpr std::size_t kMaxInvEntries = 50'000;          // inv, getdata, notfound
inline constexpr std::size_t kMaxLocatorHashes = 101;          // getheaders, getblocks
inline constexpr std::size_t kMaxHeaders = 2000;               // headers
inline constexpr std::size_t kMaxUserAgentBytes = 256;         // version
inline constexpr std::size_t kMaxBlockTxs = 65'535;            // cmpctblock, getblocktxn, blocktxn: 16-bit indexes
inline constexpr std::size_t kMaxBloomFilterBytes = 36'000;    // filterload, BIP37
inline constexpr std::uint32_t kMaxBloomFunctions = 50;        // filterload, BIP37
inline constexpr std::size_t kMaxFilterAddBytes = 520;         // filteradd, BIP37
inline constexpr std::size_t kMaxFilterHeaders = 2000;         // cfheaders, BIP157
inline constexpr std::size_t kMaxFilterCheckpoints = 100'000;  // cfcheckpt: one in 1,000 blocks
inline constexpr std::size_t kMinFeatureIdBytes = 4;           // feature, BIP434
inline constexpr std::size_t kMaxFeatureIdBytes = 80;          // feature, BIP434
inline constexpr std::size_t kMaxFeatureDataBytes = 512;       // feature, BIP434
inline constexpr std::size_t kMaxSketchBytes = 4 * 4096;       // sketch, BIP330: capacity times four bytes
inline constexpr std::size_t kMaxReconcileIds = 65'535;        // reconcildiff, BIP330

}  // namespace keel::wire
