#include "engine/wire/messages.hpp"

#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "engine/wire/compact_block.hpp"
#include "testing/data.hpp"
#include "testing/data_json.hpp"

namespace keel::wire {
namespace {

using primitives::DecodeError;

Bytes hex(std::string_view text) {
    auto bytes = from_hex(text);
    EXPECT_TRUE(bytes) << text;
    return bytes.value_or(Bytes{});
}

Bytes payload_of(const Message& message) { return to_bytes(encode(message).payload.bytes); }

template <class M>
M decode_as(std::string_view command, Bytes payload) {
    auto message = decode(command, std::move(payload));
    EXPECT_TRUE(message.has_value()) << (message ? "" : to_string(message.error()));
    if (!message || !std::holds_alternative<M>(*message)) {
        ADD_FAILURE() << command << " did not decode to its own type";
        return M{};
    }
    return std::get<M>(*std::move(message));
}

WireError refusal(std::string_view command, Bytes payload) {
    const auto message = decode(command, std::move(payload));
    EXPECT_FALSE(message.has_value()) << command << " was accepted";
    return message ? WireError{} : message.error();
}

primitives::MutableTx small_tx() {
    primitives::MutableTx tx;
    tx.inputs.resize(1);
    tx.inputs[0].prevout.index = 3;
    tx.inputs[0].witness = {hex("0102"), {}};
    tx.outputs.resize(2);
    tx.outputs[0].script = hex("51");
    return tx;
}

BlockPtr small_block() {
    primitives::MutableTx coinbase = small_tx();
    coinbase.inputs[0].prevout.index = primitives::OutPoint::kNullIndex;
    return primitives::Block::assemble({}, std::vector{coinbase, small_tx(), small_tx()});
}

template <class Tag = RawHashTag>
Hash256<Tag> hash_of(std::uint8_t fill) {
    Hash256<Tag> out;
    out.bytes.fill(static_cast<std::byte>(fill));
    return out;
}

// One message of each type with every field off its default.
std::vector<Message> samples() {
    const Endpoint v4{NetAddress::ipv4(1, 2, 3, 4), 8333};
    const PeerAddress peer{77, {9}, v4};
    const PeerAddress onion{78, {1ULL << 40U}, {NetAddress(Net::torv3, hash_of(9).span()), 1}};
    const Header header{2,
                        hash_of<struct primitives::BlockHashTag>(1),
                        hash_of<struct primitives::MerkleRootTag>(2),
                        3,
                        primitives::CompactTarget(4),
                        5};
    const auto bh = hash_of<struct primitives::BlockHashTag>(6);
    const TxPtr tx = small_tx().freeze();
    const std::vector<InvEntry> inv{{InvType::wtx, hash_of(1)}, {static_cast<InvType>(99), hash_of(2)}};
    return {Version{70016, {1}, -5, {2}, v4, {3}, v4, 6, "/x:1/", 7, false},
            Verack{},
            WtxidRelay{},
            SendAddrV2{},
            SendTxRcncl{1, 2},
            Feature{"BIP434", hex("00ff")},
            SendHeaders{},
            SendCompact{true, 2},
            FeeFilter{1000},
            Ping{1},
            Pong{2},
            GetAddr{},
            Addr{{peer, peer}},
            AddrV2{{peer, onion}},
            Inv{inv},
            GetData{inv},
            NotFound{inv},
            Mempool{},
            GetHeaders{1, {bh, bh}, bh},
            GetBlocks{1, {bh}, bh},
            Headers{{header, header}},
            BlockMessage{small_block()},
            TxMessage{tx},
            CompactBlock{header, 1, {1, 0xFFFFFFFFFFFFU}, {{0, tx}, {5, tx}}},
            GetBlockTxs{bh, {0, 1, 7, 65535}},
            BlockTxs{bh, {tx, tx}},
            FilterLoad{hex("aabb"), 2, 3, 1},
            FilterAdd{hex("01")},
            FilterClear{},
            MerkleBlock{header, 9, {hash_of(1)}, hex("0f")},
            GetFilters{1, 2, bh},
            Filter{1, bh, hex("0102")},
            GetFilterHeaders{1, 2, bh},
            FilterHeaders{1, bh, hash_of(3), {hash_of(4)}},
            GetFilterCheckpoints{1, bh},
            FilterCheckpoints{1, bh, {hash_of(5)}},
            ReqRecon{1, 2},
            Sketch{hex("01020304")},
            ReqSketchExt{},
            ReconcilDiff{true, {1, 2}}};
}

TEST(Messages, every_type_reads_back_what_it_wrote) {
    const auto all = samples();
    ASSERT_EQ(all.size(), all_commands().size());
    for (std::size_t i = 0; i < all.size(); ++i) {
        SCOPED_TRACE(command_of(all[i]));
        ASSERT_EQ(all[i].index(), i);
        EXPECT_EQ(command_of(all[i]), all_commands()[i]);
        const Bytes payload = payload_of(all[i]);
        const auto again = decode(command_of(all[i]), payload);
        ASSERT_TRUE(again.has_value()) << to_string(again.error());
        EXPECT_EQ(again->index(), i);
        EXPECT_EQ(payload_of(*again), payload);
    }
}

TEST(Messages, fields_survive_the_round_trip) {
    for (const Message& message : samples()) {
        const auto again = decode(command_of(message), payload_of(message));
        ASSERT_TRUE(again.has_value());
        std::visit(
            [&](const auto& m) {
                using M = std::decay_t<decltype(m)>;
                if constexpr (std::equality_comparable<M>) {
                    EXPECT_TRUE(std::get<M>(*again) == m) << command_of(message);
                }
            },
            message);
    }
}

TEST(Messages, no_truncation_of_any_message_is_accepted_as_something_else) {
    for (const Message& message : samples()) {
        const Bytes payload = payload_of(message);
        for (std::size_t size = 0; size < payload.size(); ++size) {
            const auto cut = decode(command_of(message),
                                    Bytes(payload.begin(), payload.begin() + static_cast<std::ptrdiff_t>(size)));
            if (!cut) {
                EXPECT_EQ(cut.error().command, command_of(message));
                continue;
            }
            // Only where older versions of the protocol ended here.
            EXPECT_TRUE(std::holds_alternative<Version>(*cut) || (std::holds_alternative<Ping>(*cut) && size == 0))
                << command_of(message) << " cut to " << size;
        }
    }
}

TEST(Messages, an_unknown_command_is_a_value) {
    for (const std::string_view command : {"alert", "reject", "", "VERSION", "versio", "versions"}) {
        EXPECT_EQ(decode_as<Unknown>(command, Bytes(5)), (Unknown{std::string(command), 5}));
    }
}

TEST(Messages, bytes_behind_a_message_are_ignored_where_later_versions_may_add_fields) {
    const auto with_extra = [](const Message& message) {
        Bytes payload = payload_of(message);
        payload.push_back(std::byte{1});
        return decode(command_of(message), payload);
    };
    for (const Message& message : samples()) {
        const bool exact = std::holds_alternative<BlockMessage>(message) ||
                           std::holds_alternative<TxMessage>(message) || std::holds_alternative<Feature>(message);
        const auto result = with_extra(message);
        EXPECT_EQ(result.has_value(), !exact) << command_of(message);
        if (!result) {
            EXPECT_EQ(result.error().detail, DecodeError::trailing_bytes);
        }
    }
}

TEST(Messages, counts_above_their_limit_are_refused_before_their_content) {
    struct Case {
        std::string_view command;
        std::string_view before;  // what precedes the count
        std::uint64_t limit;
        std::size_t item_bytes;
    };
    const std::string zero32(64, '0');
    const std::string filter_type = "00" + zero32;
    const std::string filter_headers = filter_type + zero32;
    const Case cases[] = {{"addr", "", 1000, 30},
                          {"inv", "", 50'000, 36},
                          {"getdata", "", 50'000, 36},
                          {"notfound", "", 50'000, 36},
                          {"headers", "", 2000, 81},
                          {"getheaders", "00000000", 101, 32},
                          {"getblocks", "00000000", 101, 32},
                          {"cfheaders", filter_headers, 2000, 32},
                          {"reconcildiff", "00", 65'535, 4}};
    for (const Case& c : cases) {
        for (const std::uint64_t count : {c.limit, c.limit + 1}) {
            SCOPED_TRACE(std::string(c.command) + " " + std::to_string(count));
            Bytes payload = hex(c.before);
            Writer(payload).write_compact_size(count);
            payload.resize(payload.size() + count * c.item_bytes + 32);
            const auto message = decode(c.command, payload);
            EXPECT_EQ(message.has_value(), count == c.limit);
            if (!message) {
                EXPECT_EQ(message.error().kind, WireError::Kind::over_limit);
            }
        }
    }
}

TEST(Messages, a_count_without_its_items_allocates_nothing) {
    for (const std::string_view command : {"inv", "addr", "addrv2", "headers"}) {
        EXPECT_EQ(refusal(command, hex("fde803")).detail, DecodeError::truncated) << command;
    }
    EXPECT_EQ(refusal("blocktxn", hex(std::string(64, '0') + "fdffff")).detail, DecodeError::truncated);
    EXPECT_EQ(refusal("cmpctblock", hex(std::string(176, '0') + "fdffff")).detail, DecodeError::truncated);
}

TEST(Messages, lengths_of_byte_fields_are_bounded) {
    const auto bytes_message = [](std::size_t size, std::size_t tail) {
        Bytes payload;
        Writer(payload).write_compact_size(size);
        payload.resize(payload.size() + size + tail);
        return payload;
    };
    EXPECT_TRUE(decode("filteradd", bytes_message(520, 0)));
    EXPECT_EQ(refusal("filteradd", bytes_message(521, 0)).kind, WireError::Kind::over_limit);
    EXPECT_TRUE(decode("filterload", bytes_message(36'000, 9)));
    EXPECT_EQ(refusal("filterload", bytes_message(36'001, 9)).kind, WireError::Kind::over_limit);
    Bytes functions = bytes_message(1, 9);
    functions[2] = std::byte{51};
    EXPECT_EQ(refusal("filterload", functions).kind, WireError::Kind::over_limit);
    EXPECT_FALSE(decode("feature", hex("0342495000")));  // three characters of id
    EXPECT_TRUE(decode("feature", hex("044249503100")));
    EXPECT_FALSE(decode("feature", bytes_message(81, 1)));
}

TEST(Messages, block_transaction_indexes_are_differences) {
    const std::string block(64, '0');
    EXPECT_EQ(decode_as<GetBlockTxs>("getblocktxn", hex(block + "03000005")).indexes,
              (std::vector<std::uint16_t>{0, 1, 7}));
    EXPECT_EQ(decode_as<GetBlockTxs>("getblocktxn", hex(block + "01fdffff")).indexes,
              (std::vector<std::uint16_t>{65535}));
    EXPECT_EQ(refusal("getblocktxn", hex(block + "02fdffff00")).kind, WireError::Kind::over_limit);
    EXPECT_EQ(refusal("getblocktxn", hex(block + "01fe00000100")).kind, WireError::Kind::over_limit);
    const auto compact = std::get<CompactBlock>(samples()[23]);
    const auto again = decode_as<CompactBlock>("cmpctblock", payload_of(compact));
    ASSERT_EQ(again.prefilled.size(), 2U);
    EXPECT_EQ(again.prefilled[1].index, 5);
    EXPECT_EQ(again.prefilled[1].tx->txid(), compact.prefilled[1].tx->txid());
    EXPECT_EQ(again.short_ids, compact.short_ids);
}

TEST(Messages, blocks_and_transactions_keep_the_buffer_they_arrived_in) {
    const BlockPtr block = small_block();
    Bytes payload = to_bytes(block->raw());
    const std::byte* where = payload.data();
    const auto message = decode_as<BlockMessage>("block", std::move(payload));
    EXPECT_EQ(message.block->raw().data(), where);
    EXPECT_EQ(message.block->hash(), block->hash());
    EXPECT_EQ(encode(Message(message)).payload.bytes.data(), where);

    Bytes tx = to_bytes(small_tx().freeze()->raw());
    where = tx.data();
    const auto tx_message = decode_as<TxMessage>("tx", std::move(tx));
    EXPECT_EQ(tx_message.tx->raw().data(), where);
    EXPECT_EQ(encode(Message(tx_message)).payload.bytes.data(), where);
    EXPECT_EQ(refusal("tx", hex("00")).kind, WireError::Kind::malformed);
}

TEST(Messages, old_versions_end_early) {
    Version full = std::get<Version>(samples()[0]);
    Bytes payload = payload_of(full);
    payload.resize(4 + 8 + 8 + 26);
    const auto oldest = decode_as<Version>("version", payload);
    EXPECT_EQ(oldest.version, full.version);
    EXPECT_EQ(oldest.receiver, full.receiver);
    EXPECT_EQ(oldest.nonce, 0U);
    EXPECT_TRUE(oldest.relay);
    EXPECT_EQ(decode_as<Ping>("ping", {}).nonce, 0U);
}

TEST(Messages, address_lists_match_bip155_vectors_and_skip_unknown_networks) {
    KEEL_DATA_OR_SKIP(const auto path, "vectors/p2p/bip155_addrv2.json");
    const auto json = testing::load_json(path);
    for (const auto& [command, key] :
         {std::pair{"addr", "stream_addrv1_hex"}, std::pair{"addrv2", "stream_addrv2_hex"}}) {
        const Bytes stream = hex(testing::text_of(json.at(key)));
        const auto message = decode(command, stream);
        ASSERT_TRUE(message.has_value());
        EXPECT_EQ(payload_of(*message), stream);
        const auto& list = command == std::string_view("addr") ? std::get<Addr>(*message).addresses
                                                               : std::get<AddrV2>(*message).addresses;
        const auto& expected = json.at("entries").as_array();
        ASSERT_EQ(list.size(), expected.size());
        for (std::size_t i = 0; i < list.size(); ++i) {
            EXPECT_EQ(list[i].time, expected[i].at("time").to_number<std::uint32_t>());
            EXPECT_EQ(list[i].services.bits, expected[i].at("services").to_number<std::uint64_t>());
            EXPECT_EQ(list[i].endpoint.port, expected[i].at("port").to_number<std::uint16_t>());
            EXPECT_EQ(to_string(list[i].endpoint.address), testing::text_of(expected[i].at("addr")));
        }
    }
    // Network 0xAA, then IPv4.
    const auto mixed = decode_as<AddrV2>("addrv2", hex("02"
                                                       "01000000"
                                                       "00"
                                                       "aa"
                                                       "020102"
                                                       "208d"
                                                       "02000000"
                                                       "00"
                                                       "01"
                                                       "0401020304"
                                                       "208d"));
    ASSERT_EQ(mixed.addresses.size(), 1U);
    EXPECT_EQ(to_string(mixed.addresses[0].endpoint), "1.2.3.4:8333");
}

// Real messages, recorded with their 24-byte headers.
TEST(Messages, recorded_messages_decode_and_encode_to_themselves) {
    KEEL_DATA_OR_SKIP(const auto path, "vectors/p2p/bitcore_messages.json");
    const auto json = testing::load_json(path);
    std::size_t checked = 0;
    for (const auto& [name, variants] : json.as_object()) {
        for (const auto& [key, value] : variants.as_object()) {
            const Bytes full = hex(testing::text_of(value));
            const std::string command(name);
            SCOPED_TRACE(command + "/" + std::string(key));
            Bytes payload(full.begin() + 24, full.end());
            payload.resize(std::min<std::size_t>(payload.size(), load_le<std::uint32_t>(full.data() + 16)));
            const auto message = decode(command, payload);
            ASSERT_TRUE(message.has_value()) << to_string(message.error());
            ++checked;
            if (std::holds_alternative<Unknown>(*message)) {
                EXPECT_EQ(command, "alert");
                continue;
            }
            const Bytes again = payload_of(*message);
            // The recorded version message without relay byte gains it.
            const std::size_t common = std::holds_alternative<Version>(*message) ? payload.size() : again.size();
            EXPECT_TRUE(equal(ByteSpan(again).first(common), payload));
        }
    }
    EXPECT_GE(checked, 16U);
}

TEST(Messages, a_recorded_compact_block_lists_the_transactions_of_its_block) {
    KEEL_DATA_OR_SKIP(const auto path, "vectors/p2p/compact898352.raw");
    const Bytes payload = testing::read_file(path);
    const auto compact = decode_as<CompactBlock>("cmpctblock", payload);
    EXPECT_EQ(payload_of(compact), payload);
    EXPECT_EQ(to_hex(compact.header.hash()), "00000000c269ad542ed9ac684cb5fa6df340d5feee0e040590225c7332b98fca");
    EXPECT_EQ(compact.short_ids.size() + compact.prefilled.size(), 10U);
    KEEL_DATA_OR_SKIP(const auto folder, "blocks/testnet3");
    Bytes raw;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        const auto name = entry.path().filename().string();
        if (name.starts_with("0898352") && name.ends_with(".blk")) raw = testing::read_file(entry.path());
    }
    ASSERT_FALSE(raw.empty());
    const auto block = primitives::Block::parse(raw);
    ASSERT_TRUE(block.has_value());
    const auto made = make_compact_block(**block, compact.nonce);
    // The recorded one is of version 1, which takes txids; both block and ids agree where no transaction has a witness.
    EXPECT_EQ(made.short_ids, compact.short_ids);
    EXPECT_EQ(payload_of(made), payload);
}

TEST(Messages, recorded_merkle_blocks_and_proofs_decode_and_encode_to_themselves) {
    KEEL_DATA_OR_SKIP(const auto path, "vectors/p2p/merkle300025.raw");
    const Bytes payload = testing::read_file(path);
    const auto merkle = decode_as<MerkleBlock>("merkleblock", payload);
    EXPECT_EQ(payload_of(merkle), payload);
    EXPECT_EQ(to_hex(merkle.header.hash()).substr(0, 8), "00000000");
    KEEL_DATA_OR_SKIP(const auto folder, "vectors/p2p/txoutproof");
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        const Bytes proof = testing::read_file(entry.path());
        EXPECT_EQ(payload_of(decode_as<MerkleBlock>("merkleblock", proof)), proof) << entry.path();
    }
}

TEST(Messages, memory_counts_what_a_message_holds) {
    const BlockPtr block = small_block();
    EXPECT_GE(memory_of(Message(BlockMessage{block})), sizeof(Message) + block->raw().size());
    Inv inv;
    inv.entries.resize(1000);
    EXPECT_GE(memory_of(Message(inv)), 36'000U);
    EXPECT_EQ(memory_of(Message(Verack{})), sizeof(Message));
}

TEST(WireError, says_what_and_why) {
    EXPECT_EQ(to_string(WireError{WireError::Kind::over_limit, DecodeError::size_too_large, "headers"}).substr(0, 25),
              "headers above its limits:");
}

}  // namespace
}  // namespace keel::wire
