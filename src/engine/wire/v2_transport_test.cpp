#include "engine/wire/v2_transport.hpp"

#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "engine/wire/inbound_transport.hpp"
#include "testing/data.hpp"

namespace keel::wire {
namespace {

constexpr Magic kMagic{std::byte{0xF9}, std::byte{0xBE}, std::byte{0xB4}, std::byte{0xD9}};

Rng::Seed seed_of(std::uint64_t number) {
    Rng::Seed out{};
    Rng(number).fill(out);
    return out;
}

V2Transport initiator(std::uint64_t seed) {
    return V2Transport({.magic = kMagic, .initiating = true, .seed = seed_of(seed)});
}

Bytes output_of(Transport& transport) {
    Bytes out;
    for (const Payload& part : transport.take_output()) {
        append(out, part.bytes);
    }
    return out;
}

// One end of a connection, and what arrived there.
struct End {
    Transport& transport;
    std::vector<TransportEvent> events{};
    std::optional<TransportError> error{};

    void receive(ByteSpan bytes) {
        if (!error) error = receive_all(transport, bytes, events);
    }
};

// Carries bytes both ways, in pieces of random size, until both are silent or one fails.
void carry(End& a, End& b, Rng& rng, std::uint64_t largest = 3000) {
    const auto one_way = [&](End& from, End& to) {
        const Bytes bytes = output_of(from.transport);
        ByteSpan left = bytes;
        while (!left.empty()) {
            const std::size_t n = std::min<std::size_t>(left.size(), rng.between(1, largest));
            to.receive(left.first(n));
            left = left.subspan(n);
        }
        return !bytes.empty();
    };
    for (bool moved = true; moved && !a.error && !b.error;) {
        const bool there = one_way(a, b);
        moved = one_way(b, a) || there;
    }
}

struct Pair {
    explicit Pair(std::uint64_t number)
        : rng(number), left(initiator(number)), right(kMagic, seed_of(number + 1000)), a{left}, b{right} {}

    void carry_all() { carry(a, b, rng); }

    Rng rng;
    V2Transport left;
    InboundTransport right;
    End a;
    End b;
};

const RawMessage& message(const End& end, std::size_t index) { return std::get<RawMessage>(end.events.at(index)); }

std::vector<std::string> columns(const std::string& line) {
    std::vector<std::string> out(1);
    for (const char c : line) {
        if (c == ',') {
            out.emplace_back();
        } else {
            out.back() += c;
        }
    }
    return out;
}

crypto::EllSwift public_key(const std::string& hex) {
    crypto::EllSwift out{};
    std::ranges::copy(*from_hex(hex), out.begin());
    return out;
}

void check_vector(const std::vector<std::string>& row) {
    const bool initiating = row[4] == "1";
    const auto secret = crypto::SecretKey::from_bytes(*from_hex(row[1]));
    ASSERT_TRUE(secret);
    const RawHash shared = crypto::ellswift_shared_secret(*secret, public_key(row[2]), public_key(row[3]), initiating);
    EXPECT_EQ(to_hex(shared.span()), row[12]);
    V2Cipher cipher(shared, kMagic, initiating);
    EXPECT_EQ(to_hex(cipher.our_terminator()), row[17]);
    EXPECT_EQ(to_hex(cipher.their_terminator()), row[18]);
    EXPECT_EQ(to_hex(cipher.session_id().span()), row[19]);
    for (int i = 0; i < std::stoi(row[0]); ++i) {
        cipher.seal({}, {}, {}, {});
    }
    Bytes contents;
    for (int i = 0; i < std::stoi(row[6]); ++i) {
        append(contents, *from_hex(row[5]));
    }
    const std::byte header = row[8] == "1" ? kV2IgnoreBit : std::byte{0};
    const Bytes packet = cipher.seal(header, {}, contents, *from_hex(row[7]));
    // One column has the whole packet, the other the end of a long one.
    EXPECT_TRUE(row[20].empty() || to_hex(packet) == row[20]);
    EXPECT_TRUE(to_hex(packet).ends_with(row[21]));
}

TEST(V2Cipher, gives_the_published_packets) {
    KEEL_DATA_OR_SKIP(const auto path, "vectors/bips/bip-0324_packet_encoding_test_vectors.csv");
    const auto lines = testing::read_lines(path);
    ASSERT_EQ(lines.size(), 8U);
    for (std::size_t i = 1; i < lines.size(); ++i) {
        check_vector(columns(lines[i]));
    }
}

TEST(V2Transport, both_sides_agree_on_a_session_and_exchange_messages) {
    for (std::uint64_t number = 0; number < 20; ++number) {
        Pair pair(number);
        EXPECT_EQ(pair.right.kind(), TransportKind::detecting);
        EXPECT_FALSE(pair.left.can_send());
        pair.carry_all();
        EXPECT_EQ(pair.left.kind(), TransportKind::v2);
        EXPECT_EQ(pair.right.kind(), TransportKind::v2);
        ASSERT_TRUE(pair.left.session_id());
        EXPECT_EQ(pair.left.session_id(), pair.right.session_id());

        pair.left.send(encode_raw("ping", Bytes(8, std::byte{1})));
        pair.left.send(encode_raw("version", Bytes(100, std::byte{2})));
        pair.right.send(encode_raw("block", Bytes(700'000, std::byte{3})));
        pair.right.send(encode_raw("verack", {}));
        pair.carry_all();
        ASSERT_EQ(pair.b.events.size(), 2U);
        EXPECT_EQ(message(pair.b, 0).command.view(), "ping");
        EXPECT_EQ(message(pair.b, 0).wire_bytes, 29U);
        EXPECT_EQ(message(pair.b, 1).command.view(), "version");
        EXPECT_EQ(message(pair.b, 1).wire_bytes, 133U);
        ASSERT_EQ(pair.a.events.size(), 2U);
        EXPECT_EQ(message(pair.a, 0).payload, Bytes(700'000, std::byte{3}));
        EXPECT_TRUE(message(pair.a, 1).payload.empty());
    }
}

TEST(V2Transport, keys_change_many_times_without_anybody_noticing) {
    Pair pair(1);
    pair.carry_all();
    for (int i = 0; i < 1000; ++i) {
        pair.left.send(encode_raw("ping", Bytes(8, static_cast<std::byte>(i))));
        if (i % 3 == 0) pair.left.send_decoy(Bytes(static_cast<std::size_t>(i)));
    }
    pair.carry_all();
    ASSERT_EQ(pair.b.events.size(), 1000U);
    for (std::size_t i = 0; i < 1000; ++i) {
        EXPECT_EQ(message(pair.b, i).payload, Bytes(8, static_cast<std::byte>(i)));
    }
}

TEST(V2Transport, decoys_may_come_before_the_version_packet) {
    // What a responder sends, put together by hand.
    V2Transport left = initiator(5);
    const Bytes opening = output_of(left);
    crypto::EllSwift their_key;
    std::ranges::copy(ByteSpan(opening).first(their_key.size()), their_key.begin());
    Rng rng(6);
    const auto secret = crypto::SecretKey::from_bytes(Bytes(32, std::byte{7}));
    const crypto::EllSwift our_key = crypto::ellswift_public_key(*secret, rng);
    V2Cipher cipher(crypto::ellswift_shared_secret(*secret, our_key, their_key, false), kMagic, false);
    const Bytes garbage(33, std::byte{9});
    Bytes stream = to_bytes(our_key);
    append(stream, garbage);
    append(stream, cipher.our_terminator());
    append(stream, cipher.seal(kV2IgnoreBit, {}, Bytes(5), garbage));  // the first packet authenticates the garbage
    append(stream, cipher.seal(kV2IgnoreBit, {}, Bytes(500), {}));
    append(stream, cipher.seal({}, {}, Bytes(77), {}));  // a later version might say something here
    append(stream, cipher.seal({}, {}, Bytes(1, std::byte{18}), {}));
    End end{left};
    end.receive(stream);
    ASSERT_FALSE(end.error);
    EXPECT_EQ(left.kind(), TransportKind::v2);
    ASSERT_EQ(end.events.size(), 1U);
    EXPECT_EQ(message(end, 0).command.view(), "ping");
}

TEST(V2Transport, contents_that_name_no_message_cost_that_packet_only) {
    V2Transport left = initiator(5);
    const Bytes opening = output_of(left);
    crypto::EllSwift their_key;
    std::ranges::copy(ByteSpan(opening).first(their_key.size()), their_key.begin());
    Rng rng(6);
    const auto secret = crypto::SecretKey::from_bytes(Bytes(32, std::byte{7}));
    const crypto::EllSwift our_key = crypto::ellswift_public_key(*secret, rng);
    V2Cipher cipher(crypto::ellswift_shared_secret(*secret, our_key, their_key, false), kMagic, false);
    Bytes stream = to_bytes(our_key);
    append(stream, cipher.our_terminator());
    append(stream, cipher.seal({}, {}, {}, {}));
    const std::string_view split("\0a\0b\0\0\0\0\0\0\0\0\0", 13);
    for (const Bytes& contents : {Bytes(), Bytes(3, std::byte{99}), Bytes(5), Bytes(13), to_bytes(as_bytes(split))}) {
        append(stream, cipher.seal({}, {}, contents, {}));
    }
    append(stream, cipher.seal({}, {}, Bytes(1, std::byte{18}), {}));
    End end{left};
    end.receive(stream);
    ASSERT_FALSE(end.error);
    ASSERT_EQ(end.events.size(), 6U);
    for (std::size_t i = 0; i < 5; ++i) {
        EXPECT_EQ(std::get<Discarded>(end.events[i]).why, Discarded::Why::command);
    }
    EXPECT_EQ(std::get<Discarded>(end.events[1]).wire_bytes, 23U);
    EXPECT_EQ(message(end, 5).command.view(), "ping");
}

TEST(V2Transport, a_changed_byte_anywhere_ends_the_connection) {
    Rng rng(3);
    for (std::uint64_t number = 0; number < 60; ++number) {
        Pair pair(number);
        // The initiator's half up to its version packet, with one byte changed: somewhere the handshake has to fail,
        // since even the garbage is authenticated.
        const Bytes opening = output_of(pair.left);
        pair.b.receive(opening);
        const Bytes answer = output_of(pair.right);
        Bytes changed = answer;
        changed[static_cast<std::size_t>(rng.below(changed.size()))] ^= std::byte{16};
        pair.a.receive(changed);
        // A changed key or terminator is noticed when enough has come.
        while (!pair.a.error) {
            pair.a.receive(Bytes(4096));
        }
        EXPECT_NE(pair.left.kind(), TransportKind::v2);
        EXPECT_TRUE(pair.left.failure_text().starts_with("V2 transport error: "));
    }
}

TEST(V2Transport, a_packet_that_comes_twice_ends_the_connection) {
    Pair pair(2);
    pair.carry_all();
    pair.left.send(encode_raw("ping", Bytes(8)));
    const Bytes packet = output_of(pair.left);
    pair.b.receive(packet);
    EXPECT_EQ(pair.b.events.size(), 1U);
    // Its length is garbled now: more may have to come before that shows.
    while (!pair.b.error) {
        pair.b.receive(packet);
    }
    EXPECT_EQ(pair.b.events.size(), 1U);
}

TEST(V2Transport, garbage_without_end_ends_the_connection) {
    InboundTransport right(kMagic, seed_of(1));
    End end{right};
    end.receive(Bytes(crypto::kEllSwiftSize + kMaxGarbageBytes + 15));
    EXPECT_FALSE(end.error);
    end.receive(Bytes(1));
    EXPECT_EQ(end.error, TransportError::no_garbage_terminator);
    EXPECT_EQ(right.failure_text(), "V2 transport error: missing garbage terminator");
}

TEST(InboundTransport, waits_silently_until_the_version_is_clear) {
    Bytes prefix = to_bytes(kMagic);
    append(prefix, as_bytes(std::string_view("version\0\0\0\0\0", 12)));
    InboundTransport right(kMagic, seed_of(1));
    End end{right};
    end.receive(ByteSpan(prefix).first(15));
    EXPECT_EQ(right.kind(), TransportKind::detecting);
    EXPECT_TRUE(right.take_output().empty());
    EXPECT_FALSE(right.can_send());
    end.receive(ByteSpan(prefix).subspan(15));
    EXPECT_EQ(right.kind(), TransportKind::v1);
    EXPECT_TRUE(right.can_send());
    EXPECT_TRUE(right.take_output().empty());

    // One byte that differs, and the key of version 2 is on its way.
    InboundTransport other(kMagic, seed_of(1));
    End other_end{other};
    Bytes different(prefix.begin(), prefix.begin() + 16);
    different[15] = std::byte{1};
    other_end.receive(different);
    EXPECT_EQ(other.kind(), TransportKind::detecting);
    EXPECT_GE(output_of(other).size(), crypto::kEllSwiftSize);
}

TEST(InboundTransport, takes_version_1_from_its_first_message_on) {
    V1Transport sender(kMagic);
    sender.send(encode_raw("version", Bytes(100)));
    sender.send(encode_raw("verack", {}));
    InboundTransport right(kMagic, seed_of(1));
    End end{right};
    end.receive(output_of(sender));
    ASSERT_EQ(end.events.size(), 2U);
    EXPECT_EQ(message(end, 1).command.view(), "verack");
}

TEST(InboundTransport, names_a_peer_of_another_network) {
    V1Transport sender({std::byte{1}, std::byte{2}, std::byte{3}, std::byte{4}});
    sender.send(encode_raw("version", Bytes(100)));
    InboundTransport right(kMagic, seed_of(1));
    End end{right};
    end.receive(output_of(sender));
    EXPECT_EQ(end.error, TransportError::wrong_magic);
    EXPECT_EQ(right.failure_text(), "V2 transport error: V1 peer with wrong MessageStart 01020304");
}

TEST(V2Transport, knows_whether_anything_came_back) {
    V2Transport left = initiator(1);
    EXPECT_TRUE(left.awaits_first_byte());
    End end{left};
    end.receive(Bytes(1));
    EXPECT_FALSE(left.awaits_first_byte());
}

TEST(V2Transport, short_ids_and_commands_are_each_others_inverse) {
    std::size_t count = 0;
    for (unsigned i = 0; i < 256; ++i) {
        const std::string_view command = v2_command(static_cast<std::byte>(i));
        if (command.empty()) continue;
        EXPECT_EQ(v2_short_id(command), static_cast<std::byte>(i));
        EXPECT_NE(std::ranges::find(all_commands(), command), all_commands().end()) << command;
        ++count;
    }
    EXPECT_EQ(count, 29U);
    EXPECT_FALSE(v2_short_id("version"));
    EXPECT_FALSE(v2_short_id(""));
}

}  // namespace
}  // namespace keel::wire
