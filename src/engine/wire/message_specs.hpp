// The table of messages: for each its command, its fields in order, and their bounds. Private to this room.
//
// Spec<M>::fields(io, m) is run with a FieldReader and with a FieldWriter. kExact refuses bytes behind the message.
#pragma once

#include "engine/wire/message_fields.hpp"

namespace keel::wire {

template <class M>
struct Spec;

// A message without payload.
#define KEEL_EMPTY_MESSAGE(Type, name)                     \
    template <>                                            \
    struct Spec<Type> {                                    \
        static constexpr std::string_view kCommand = name; \
        static void fields(auto& /*io*/, auto& /*m*/) {}   \
    }

KEEL_EMPTY_MESSAGE(Verack, "verack");
KEEL_EMPTY_MESSAGE(WtxidRelay, "wtxidrelay");
KEEL_EMPTY_MESSAGE(SendAddrV2, "sendaddrv2");
KEEL_EMPTY_MESSAGE(SendHeaders, "sendheaders");
KEEL_EMPTY_MESSAGE(GetAddr, "getaddr");
KEEL_EMPTY_MESSAGE(Mempool, "mempool");
KEEL_EMPTY_MESSAGE(FilterClear, "filterclear");
KEEL_EMPTY_MESSAGE(ReqSketchExt, "reqsketchext");

#undef KEEL_EMPTY_MESSAGE

template <>
struct Spec<Version> {
    static constexpr std::string_view kCommand = "version";
    static void fields(auto& io, auto& m) {
        io(m.version);
        io(m.services);
        io(m.time);
        io(m.receiver_services);
        io(m.receiver);
        if (io.more()) {
            io(m.sender_services);
            io(m.sender);
            io(m.nonce);
        }
        if (io.more()) io.text(m.user_agent, kMaxUserAgentBytes);
        if (io.more()) io(m.start_height);
        if (io.more()) io(m.relay);
    }
};

template <>
struct Spec<SendTxRcncl> {
    static constexpr std::string_view kCommand = "sendtxrcncl";
    static void fields(auto& io, auto& m) {
        io(m.version);
        io(m.salt);
    }
};

template <>
struct Spec<Feature> {
    static constexpr std::string_view kCommand = "feature";
    static constexpr bool kExact = true;
    static void fields(auto& io, auto& m) {
        io.text(m.id, kMaxFeatureIdBytes);
        io.require(m.id.size() >= kMinFeatureIdBytes, DecodeError::truncated);
        io.bytes(m.data, kMaxFeatureDataBytes);
    }
};

template <>
struct Spec<SendCompact> {
    static constexpr std::string_view kCommand = "sendcmpct";
    static void fields(auto& io, auto& m) {
        io(m.high_bandwidth);
        io(m.version);
    }
};

template <>
struct Spec<FeeFilter> {
    static constexpr std::string_view kCommand = "feefilter";
    static void fields(auto& io, auto& m) { io(m.sat_per_kvb); }
};

template <>
struct Spec<Ping> {
    static constexpr std::string_view kCommand = "ping";
    static void fields(auto& io, auto& m) {
        if (io.more()) io(m.nonce);
    }
};

template <>
struct Spec<Pong> {
    static constexpr std::string_view kCommand = "pong";
    static void fields(auto& io, auto& m) { io(m.nonce); }
};

template <>
struct Spec<Addr> {
    static constexpr std::string_view kCommand = "addr";
    static void fields(auto& io, auto& m) { io.addresses(m.addresses, AddrForm::v1); }
};

template <>
struct Spec<AddrV2> {
    static constexpr std::string_view kCommand = "addrv2";
    static void fields(auto& io, auto& m) { io.addresses(m.addresses, AddrForm::v2); }
};

struct InventoryFields {
    static void fields(auto& io, auto& m) { io.list(m.entries, kMaxInvEntries, 36); }
};
template <>
struct Spec<Inv> : InventoryFields {
    static constexpr std::string_view kCommand = "inv";
};
template <>
struct Spec<GetData> : InventoryFields {
    static constexpr std::string_view kCommand = "getdata";
};
template <>
struct Spec<NotFound> : InventoryFields {
    static constexpr std::string_view kCommand = "notfound";
};

struct LocatorFields {
    static void fields(auto& io, auto& m) {
        io(m.version);
        io.list(m.locator, kMaxLocatorHashes, 32);
        io(m.stop);
    }
};
template <>
struct Spec<GetHeaders> : LocatorFields {
    static constexpr std::string_view kCommand = "getheaders";
};
template <>
struct Spec<GetBlocks> : LocatorFields {
    static constexpr std::string_view kCommand = "getblocks";
};

template <>
struct Spec<Headers> {
    static constexpr std::string_view kCommand = "headers";
    static void fields(auto& io, auto& m) { io.headers(m.headers); }
};

// These two take the whole payload as their buffer.
template <>
struct Spec<BlockMessage> {
    static constexpr std::string_view kCommand = "block";
    static Result<BlockMessage, DecodeError> take(Bytes payload) {
        KEEL_TRY(auto block, primitives::Block::parse(std::move(payload)));
        return BlockMessage{std::move(block)};
    }
    static Payload share(const BlockMessage& m) { return {m.block->raw(), m.block}; }
};
template <>
struct Spec<TxMessage> {
    static constexpr std::string_view kCommand = "tx";
    static Result<TxMessage, DecodeError> take(Bytes payload) {
        KEEL_TRY(auto tx, primitives::Tx::parse(std::move(payload)));
        return TxMessage{std::move(tx)};
    }
    static Payload share(const TxMessage& m) { return {m.tx->raw(), m.tx}; }
};

template <>
struct Spec<CompactBlock> {
    static constexpr std::string_view kCommand = "cmpctblock";
    static void fields(auto& io, auto& m) {
        io(m.header);
        io(m.nonce);
        io.short_ids(m.short_ids);
        io.prefilled(m.prefilled);
        io.require(m.short_ids.size() + m.prefilled.size() <= kMaxBlockTxs, DecodeError::size_too_large);
    }
};

template <>
struct Spec<GetBlockTxs> {
    static constexpr std::string_view kCommand = "getblocktxn";
    static void fields(auto& io, auto& m) {
        io(m.block);
        io.indexes(m.indexes);
    }
};

template <>
struct Spec<BlockTxs> {
    static constexpr std::string_view kCommand = "blocktxn";
    static void fields(auto& io, auto& m) {
        io(m.block);
        io.list(m.txs, kMaxBlockTxs, 10);
    }
};

template <>
struct Spec<FilterLoad> {
    static constexpr std::string_view kCommand = "filterload";
    static void fields(auto& io, auto& m) {
        io.bytes(m.filter, kMaxBloomFilterBytes);
        io(m.function_count);
        io(m.tweak);
        io(m.flags);
        io.require(m.function_count <= kMaxBloomFunctions, DecodeError::size_too_large);
    }
};

template <>
struct Spec<FilterAdd> {
    static constexpr std::string_view kCommand = "filteradd";
    static void fields(auto& io, auto& m) { io.bytes(m.element, kMaxFilterAddBytes); }
};

template <>
struct Spec<MerkleBlock> {
    static constexpr std::string_view kCommand = "merkleblock";
    static void fields(auto& io, auto& m) {
        io(m.header);
        io(m.tx_count);
        io.list(m.hashes, kMaxPayloadBytes / 32, 32);
        io.bytes(m.flags, kMaxPayloadBytes);
    }
};

struct FilterRangeFields {
    static void fields(auto& io, auto& m) {
        io(m.type);
        io(m.start_height);
        io(m.stop);
    }
};
template <>
struct Spec<GetFilters> : FilterRangeFields {
    static constexpr std::string_view kCommand = "getcfilters";
};
template <>
struct Spec<GetFilterHeaders> : FilterRangeFields {
    static constexpr std::string_view kCommand = "getcfheaders";
};

template <>
struct Spec<Filter> {
    static constexpr std::string_view kCommand = "cfilter";
    static void fields(auto& io, auto& m) {
        io(m.type);
        io(m.block);
        io.bytes(m.filter, kMaxPayloadBytes);
    }
};

template <>
struct Spec<FilterHeaders> {
    static constexpr std::string_view kCommand = "cfheaders";
    static void fields(auto& io, auto& m) {
        io(m.type);
        io(m.stop);
        io(m.previous);
        io.list(m.hashes, kMaxFilterHeaders, 32);
    }
};

template <>
struct Spec<GetFilterCheckpoints> {
    static constexpr std::string_view kCommand = "getcfcheckpt";
    static void fields(auto& io, auto& m) {
        io(m.type);
        io(m.stop);
    }
};

template <>
struct Spec<FilterCheckpoints> {
    static constexpr std::string_view kCommand = "cfcheckpt";
    static void fields(auto& io, auto& m) {
        io(m.type);
        io(m.stop);
        io.list(m.headers, kMaxFilterCheckpoints, 32);
    }
};

template <>
struct Spec<ReqRecon> {
    static constexpr std::string_view kCommand = "reqrecon";
    static void fields(auto& io, auto& m) {
        io(m.set_size);
        io(m.q);
    }
};

template <>
struct Spec<Sketch> {
    static constexpr std::string_view kCommand = "sketch";
    static void fields(auto& io, auto& m) { io.bytes(m.data, kMaxSketchBytes); }
};

template <>
struct Spec<ReconcilDiff> {
    static constexpr std::string_view kCommand = "reconcildiff";
    static void fields(auto& io, auto& m) {
        io(m.success);
        io.list(m.ask_ids, kMaxReconcileIds, 4);
    }
};

}  // namespace keel::wire
