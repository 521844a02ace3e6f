// The values that peers exchange: one struct per message of protocol versions 70016 and 70017. See messages.hpp.
#pragma once

#include <memory>

#include "engine/wire/limits.hpp"
#include "engine/wire/net_address.hpp"
#include "rules/primitives/block.hpp"

namespace keel::wire {

using primitives::BlockHash;
using primitives::BlockPtr;
using primitives::DecodeError;
using primitives::Header;
using primitives::Txid;
using primitives::TxPtr;
using primitives::Wtxid;

// ---- handshake ----

struct Version {
    std::int32_t version = kProtocolVersion;
    Services services;
    std::int64_t time = 0;  // seconds since 1970, the sender's clock; not to be trusted
    Services receiver_services;
    Endpoint receiver;  // as the sender sees us
    Services sender_services;
    Endpoint sender;
    std::uint64_t nonce = 0;  // recognizes a connection to oneself
    std::string user_agent;   // BIP14; at most kMaxUserAgentBytes, any bytes: sanitize before showing
    std::int32_t start_height = 0;
    bool relay = true;  // BIP37: false asks for no transactions
    bool operator==(const Version&) const = default;
};
struct Verack {
    bool operator==(const Verack&) const = default;
};
struct WtxidRelay {  // BIP339
    bool operator==(const WtxidRelay&) const = default;
};
struct SendAddrV2 {  // BIP155
    bool operator==(const SendAddrV2&) const = default;
};
struct SendTxRcncl {  // BIP330
    std::uint32_t version = 1;
    std::uint64_t salt = 0;
    bool operator==(const SendTxRcncl&) const = default;
};
struct Feature {  // BIP434
    std::string id;
    Bytes data;
    bool operator==(const Feature&) const = default;
};
struct SendHeaders {  // BIP130
    bool operator==(const SendHeaders&) const = default;
};
struct SendCompact {  // BIP152: sendcmpct
    bool high_bandwidth = false;
    std::uint64_t version = 2;
    bool operator==(const SendCompact&) const = default;
};
struct FeeFilter {  // BIP133
    std::int64_t sat_per_kvb = 0;
    bool operator==(const FeeFilter&) const = default;
};

// ---- liveness ----

struct Ping {
    std::uint64_t nonce = 0;  // zero also where a peer older than BIP31 sent none
    bool operator==(const Ping&) const = default;
};
struct Pong {
    std::uint64_t nonce = 0;
    bool operator==(const Pong&) const = default;
};

// ---- addresses ----

struct PeerAddress {
    std::uint32_t time = 0;  // last seen, seconds since 1970
    Services services;
    Endpoint endpoint;
    bool operator==(const PeerAddress&) const = default;
};
struct GetAddr {
    bool operator==(const GetAddr&) const = default;
};
// Entries of networks we do not know are left out: there may be fewer than were sent.
struct Addr {
    std::vector<PeerAddress> addresses;
    bool operator==(const Addr&) const = default;
};
struct AddrV2 {  // BIP155
    std::vector<PeerAddress> addresses;
    bool operator==(const AddrV2&) const = default;
};

// ---- announcements and requests ----

// Any number may arrive; unknown types are to be ignored by whoever acts on them.
enum class InvType : std::uint32_t {
    error = 0,
    tx = 1,
    block = 2,
    filtered_block = 3,          // BIP37
    compact_block = 4,           // BIP152
    wtx = 5,                     // BIP339
    witness_tx = 0x40000001,     // BIP144
    witness_block = 0x40000002,  // BIP144
    filtered_witness_block = 0x40000003,
};
struct InvEntry {
    InvType type = InvType::error;
    RawHash hash;
    bool operator==(const InvEntry&) const = default;
};
struct Inv {
    std::vector<InvEntry> entries;
    bool operator==(const Inv&) const = default;
};
struct GetData {
    std::vector<InvEntry> entries;
    bool operator==(const GetData&) const = default;
};
struct NotFound {
    std::vector<InvEntry> entries;
    bool operator==(const NotFound&) const = default;
};
struct Mempool {  // BIP35
    bool operator==(const Mempool&) const = default;
};

// ---- headers and blocks ----

struct GetHeaders {
    std::int32_t version = kProtocolVersion;
    std::vector<BlockHash> locator;  // newest first
    BlockHash stop;
    bool operator==(const GetHeaders&) const = default;
};
struct GetBlocks {
    std::int32_t version = kProtocolVersion;
    std::vector<BlockHash> locator;
    BlockHash stop;
    bool operator==(const GetBlocks&) const = default;
};
struct Headers {
    std::vector<Header> headers;
    bool operator==(const Headers&) const = default;
};
struct BlockMessage {  // block
    BlockPtr block;    // never null
};
struct TxMessage {  // tx
    TxPtr tx;       // never null
};

// ---- compact blocks, BIP152 ----

// The low 48 bits are used.
using ShortId = std::uint64_t;

struct PrefilledTx {
    std::uint16_t index = 0;  // absolute position in the block
    TxPtr tx;
};
struct CompactBlock {  // cmpctblock
    Header header;
    std::uint64_t nonce = 0;
    std::vector<ShortId> short_ids;
    std::vector<PrefilledTx> prefilled;  // ascending by index
};
struct GetBlockTxs {  // getblocktxn
    BlockHash block;
    std::vector<std::uint16_t> indexes;  // absolute, ascending
    bool operator==(const GetBlockTxs&) const = default;
};
struct BlockTxs {  // blocktxn
    BlockHash block;
    std::vector<TxPtr> txs;
};

// ---- bloom filters, BIP37 ----

struct FilterLoad {
    Bytes filter;
    std::uint32_t function_count = 0;
    std::uint32_t tweak = 0;
    std::uint8_t flags = 0;
    bool operator==(const FilterLoad&) const = default;
};
struct FilterAdd {
    Bytes element;
    bool operator==(const FilterAdd&) const = default;
};
struct FilterClear {
    bool operator==(const FilterClear&) const = default;
};
struct MerkleBlock {
    Header header;
    std::uint32_t tx_count = 0;
    std::vector<RawHash> hashes;  // depth first
    Bytes flags;                  // one bit per node visited, lowest bit first
    bool operator==(const MerkleBlock&) const = default;
};

// ---- compact filters, BIP157 ----

struct GetFilters {  // getcfilters
    std::uint8_t type = 0;
    std::uint32_t start_height = 0;
    BlockHash stop;
    bool operator==(const GetFilters&) const = default;
};
struct Filter {  // cfilter
    std::uint8_t type = 0;
    BlockHash block;
    Bytes filter;
    bool operator==(const Filter&) const = default;
};
struct GetFilterHeaders {  // getcfheaders
    std::uint8_t type = 0;
    std::uint32_t start_height = 0;
    BlockHash stop;
    bool operator==(const GetFilterHeaders&) const = default;
};
struct FilterHeaders {  // cfheaders
    std::uint8_t type = 0;
    BlockHash stop;
    RawHash previous;
    std::vector<RawHash> hashes;
    bool operator==(const FilterHeaders&) const = default;
};
struct GetFilterCheckpoints {  // getcfcheckpt
    std::uint8_t type = 0;
    BlockHash stop;
    bool operator==(const GetFilterCheckpoints&) const = default;
};
struct FilterCheckpoints {  // cfcheckpt
    std::uint8_t type = 0;
    BlockHash stop;
    std::vector<RawHash> headers;
    bool operator==(const FilterCheckpoints&) const = default;
};

// ---- transaction reconciliation, BIP330 ----

struct ReqRecon {
    std::uint16_t set_size = 0;
    std::uint16_t q = 0;
    bool operator==(const ReqRecon&) const = default;
};
struct Sketch {
    Bytes data;
    bool operator==(const Sketch&) const = default;
};
struct ReqSketchExt {
    bool operator==(const ReqSketchExt&) const = default;
};
struct ReconcilDiff {
    bool success = false;
    std::vector<std::uint32_t> ask_ids;
    bool operator==(const ReconcilDiff&) const = default;
};

// A command that is not in the table, among them `alert` and `reject`, which nobody needs any more. To be ignored.
struct Unknown {
    std::string command;
    std::size_t payload_bytes = 0;
    bool operator==(const Unknown&) const = default;
};

}  // namespace keel::wire
