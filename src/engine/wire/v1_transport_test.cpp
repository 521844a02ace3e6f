#include "engine/wire/v1_transport.hpp"

#include <gtest/gtest.h>

#include "base/rng.hpp"

namespace keel::wire {
namespace {

constexpr Magic kMagic{std::byte{0xF9}, std::byte{0xBE}, std::byte{0xB4}, std::byte{0xD9}};

Bytes random_bytes(Rng& rng, std::size_t size) {
    Bytes out(size);
    rng.fill(out);
    return out;
}

Bytes framed(std::string_view command, Bytes payload) {
    V1Transport sender(kMagic);
    sender.send(encode_raw(command, std::move(payload)));
    Bytes out;
    for (const Payload& part : sender.take_output()) {
        append(out, part.bytes);
    }
    return out;
}

struct Outcome {
    std::vector<TransportEvent> events;
    std::optional<TransportError> error;
};
Outcome receive(V1Transport& transport, ByteSpan bytes) {
    Outcome out;
    out.error = receive_all(transport, bytes, out.events);
    return out;
}

const RawMessage& message(const Outcome& outcome, std::size_t index) {
    return std::get<RawMessage>(outcome.events.at(index));
}

TEST(V1Transport, writes_the_header_that_everybody_knows) {
    const Bytes verack = framed("verack", {});
    const std::array<std::uint8_t, 24> expected{0xF9, 0xBE, 0xB4, 0xD9, 'v', 'e', 'r', 'a', 'c',  'k',  0,    0,
                                                0,    0,    0,    0,    0,   0,   0,   0,   0x5D, 0xF6, 0xE0, 0xE2};
    EXPECT_TRUE(equal(verack, std::as_bytes(std::span(expected))));
}

TEST(V1Transport, a_large_payload_is_sent_from_its_own_buffer) {
    V1Transport sender(kMagic);
    const Encoded block = encode_raw("block", Bytes(1'000'000));
    sender.send(block);
    const auto output = sender.take_output();
    ASSERT_EQ(output.size(), 2U);
    EXPECT_EQ(output[0].bytes.size(), kV1HeaderBytes);
    EXPECT_EQ(output[1].bytes.data(), block.payload.bytes.data());
    EXPECT_TRUE(sender.take_output().empty());
}

// The stream is cut in every way a socket might cut it: byte by byte, in random pieces, all at once.
TEST(V1Transport, messages_arrive_whole_whatever_the_pieces) {
    Rng rng(1);
    const std::vector<std::size_t> sizes{
        0, 1, 23, 24, 25, kStagingBytes - 24, kStagingBytes, kStagingBytes + 1, 300'000, 0, 1'500'000, 7, 4'000'000, 3};
    std::vector<Bytes> payloads;
    Bytes stream;
    for (const std::size_t size : sizes) {
        payloads.push_back(random_bytes(rng, size));
        append(stream, framed("block", payloads.back()));
    }
    for (const std::uint64_t largest : {1U, 17U, 1460U, 70'000U, 10'000'000U}) {
        V1Transport transport(kMagic);
        std::vector<TransportEvent> events;
        ByteSpan rest = stream;
        // Byte by byte the large messages would only repeat themselves.
        const std::size_t wanted = largest < 100 ? 9 : payloads.size();
        while (!rest.empty() && events.size() < wanted) {
            const std::size_t n = std::min<std::size_t>(rest.size(), rng.between(1, largest));
            ASSERT_FALSE(receive_all(transport, rest.first(n), events));
            rest = rest.subspan(n);
        }
        ASSERT_GE(events.size(), wanted);
        for (std::size_t i = 0; i < wanted; ++i) {
            const auto& got = std::get<RawMessage>(events[i]);
            EXPECT_EQ(got.command.view(), "block");
            EXPECT_TRUE(got.payload == payloads[i]) << i;
            EXPECT_EQ(got.wire_bytes, payloads[i].size() + 24);
        }
    }
}

TEST(V1Transport, a_large_payload_is_received_into_the_buffer_it_keeps) {
    V1Transport transport(kMagic);
    const Bytes stream = framed("block", Bytes(200'000));
    std::vector<TransportEvent> events;
    ASSERT_FALSE(receive_all(transport, ByteSpan(stream).first(1000), events));
    const MutableByteSpan direct = transport.receive_buffer();
    EXPECT_EQ(direct.size(), 200'024U - 1000U);
    std::ranges::copy(ByteSpan(stream).subspan(1000), direct.begin());
    const std::byte* where = direct.data() - (1000 - 24);
    transport.received(direct.size());
    const auto event = transport.next();
    ASSERT_TRUE(event && *event);
    EXPECT_EQ(std::get<RawMessage>(**event).payload.data(), where);
}

TEST(V1Transport, a_promise_of_bytes_costs_little_memory) {
    V1Transport transport(kMagic);
    Bytes stream = framed("block", Bytes(4'000'000));
    stream.resize(100);
    std::vector<TransportEvent> events;
    ASSERT_FALSE(receive_all(transport, stream, events));
    EXPECT_LE(transport.receive_buffer().size(), kFirstPayloadBytes);
}

TEST(V1Transport, a_wrong_magic_ends_the_stream_for_good) {
    V1Transport transport(kMagic);
    Bytes stream = framed("ping", Bytes(8));
    append(stream, framed("pong", Bytes(8)));
    stream[32] ^= std::byte{1};
    const Outcome outcome = receive(transport, stream);
    EXPECT_EQ(outcome.events.size(), 1U);
    EXPECT_EQ(outcome.error, TransportError::wrong_magic);
    EXPECT_TRUE(transport.receive_buffer().empty());
    EXPECT_EQ(transport.next().error(), TransportError::wrong_magic);
}

TEST(V1Transport, a_size_above_the_limit_ends_the_stream_before_its_payload) {
    Bytes stream = framed("block", {});
    store_le(stream.data() + 16, std::uint32_t{4'000'001});
    V1Transport transport(kMagic);
    EXPECT_EQ(receive(transport, stream).error, TransportError::payload_too_large);
    store_le(stream.data() + 16, std::uint32_t{4'000'000});
    V1Transport other(kMagic);
    EXPECT_FALSE(receive(other, stream).error);
}

TEST(V1Transport, a_damaged_message_is_skipped_and_the_stream_goes_on) {
    Bytes wrong_sum = framed("ping", Bytes(8));
    wrong_sum.back() ^= std::byte{1};
    Bytes stream = wrong_sum;
    append(stream, framed("pong", Bytes(8)));
    V1Transport transport(kMagic);
    const Outcome outcome = receive(transport, stream);
    ASSERT_FALSE(outcome.error);
    ASSERT_EQ(outcome.events.size(), 2U);
    EXPECT_EQ(std::get<Discarded>(outcome.events[0]).why, Discarded::Why::checksum);
    EXPECT_EQ(std::get<Discarded>(outcome.events[0]).wire_bytes, 32U);
    EXPECT_EQ(message(outcome, 1).command.view(), "pong");
}

TEST(V1Transport, commands_are_printable_and_padded_with_zeros) {
    const auto why = [](std::string_view field) -> std::optional<Discarded::Why> {
        Bytes stream = framed("x", {});
        std::ranges::fill_n(stream.begin() + 4, 12, std::byte{0});
        std::ranges::copy(as_bytes(field), stream.begin() + 4);
        V1Transport transport(kMagic);
        const Outcome outcome = receive(transport, stream);
        if (std::holds_alternative<RawMessage>(outcome.events.at(0))) return std::nullopt;
        return std::get<Discarded>(outcome.events.at(0)).why;
    };
    EXPECT_FALSE(why("verack"));
    EXPECT_FALSE(why("twelve-chars"));
    EXPECT_FALSE(why(" ~"));
    for (const std::string_view field :
         {std::string_view("a\0b", 3), std::string_view("\x1f"), std::string_view("\x7f"), std::string_view("")}) {
        EXPECT_EQ(why(field), Discarded::Why::command);
    }
}

TEST(V1Transport, random_bytes_never_give_a_message) {
    Rng rng(3);
    for (int i = 0; i < 200; ++i) {
        V1Transport transport(kMagic);
        Bytes noise = random_bytes(rng, 5000);
        std::ranges::copy(kMagic, noise.begin());
        const Outcome outcome = receive(transport, noise);
        for (const auto& event : outcome.events) {
            EXPECT_TRUE(std::holds_alternative<Discarded>(event));
        }
    }
}

}  // namespace
}  // namespace keel::wire
