// The messages of the peer protocol, versions 70016 and 70017: one struct each, decoded and encoded through one table.
//
// decode() never reads past the payload, never allocates more than the payload justifies, and accepts nothing above the
// bounds of limits.hpp. Bytes behind a complete message are ignored, as peers of every version expect of each other,
// except behind block, tx and feature. Round trip: decode(encode(m)) == m; and what decode() accepts, encode() writes
// in its canonical form.
//
// Blocks and transactions own the bytes they arrived in: nothing is copied.
#pragma once

#include <memory>
#include <variant>

#include "engine/wire/message_types.hpp"

namespace keel::wire {

using Message =
    std::variant<Version, Verack, WtxidRelay, SendAddrV2, SendTxRcncl, Feature, SendHeaders, SendCompact, FeeFilter,
                 Ping, Pong, GetAddr, Addr, AddrV2, Inv, GetData, NotFound, Mempool, GetHeaders, GetBlocks, Headers,
                 BlockMessage, TxMessage, CompactBlock, GetBlockTxs, BlockTxs, FilterLoad, FilterAdd, FilterClear,
                 MerkleBlock, GetFilters, Filter, GetFilterHeaders, FilterHeaders, GetFilterCheckpoints,
                 FilterCheckpoints, ReqRecon, Sketch, ReqSketchExt, ReconcilDiff, Unknown>;

// Why a payload is not the message its command promises.
struct WireError {
    enum class Kind : std::uint8_t {
        malformed,   // does not follow the format: `detail` says how
        over_limit,  // a count or length above its bound in limits.hpp: no honest peer sends that
    };
    Kind kind = Kind::malformed;
    DecodeError detail = DecodeError::truncated;
    std::string_view command;  // of the table: static

    bool operator==(const WireError&) const = default;
};
// "headers: count above its limit".
std::string to_string(const WireError& error);

// A payload's bytes and whoever keeps them alive; copies share.
struct Payload {
    ByteSpan bytes;
    std::shared_ptr<const void> owner;
};
// A message ready for any transport, to be sent to as many peers as one likes.
struct Encoded {
    std::string_view command;  // static, or alive as long as the payload
    Payload payload;
};

// Takes the payload: a block or transaction keeps it as its buffer. A block is structurally complete (every part
// found, transactions hashed), its validity unknown.
Result<Message, WireError> decode(std::string_view command, Bytes payload);

// A block's or transaction's own buffer is shared, not copied. `Unknown` must not be encoded; the bounds of limits.hpp
// must hold (both are the programmer's errors).
Encoded encode(const Message& message);
// A payload that exists already: a block's raw bytes read from disk, for example.
Encoded encode_raw(std::string_view command, Bytes payload);

// The command of a message ("headers"), and all commands of the table, in the order of Message.
std::string_view command_of(const Message& message);
std::span<const std::string_view> all_commands();

// Bytes of memory that a message holds on to, roughly: what byte budgets count.
std::size_t memory_of(const Message& message);

}  // namespace keel::wire
