#include "engine/wire/messages.hpp"

#include <utility>

#include "engine/wire/message_specs.hpp"

namespace keel::wire {
namespace {

constexpr std::size_t kKnown = std::variant_size_v<Message> - 1;  // Unknown is the last and has no spec
static_assert(std::is_same_v<std::variant_alternative_t<kKnown, Message>, Unknown>);

template <std::size_t I>
using Nth = std::variant_alternative_t<I, Message>;

template <class M>
concept OwnsPayload = requires(Bytes b) { Spec<M>::take(std::move(b)); };

template <class M>
constexpr bool is_exact() {
    if constexpr (requires { Spec<M>::kExact; }) return Spec<M>::kExact;
    return false;
}

WireError failure(std::string_view command, DecodeError detail) {
    const bool over = detail == DecodeError::size_too_large;
    return {over ? WireError::Kind::over_limit : WireError::Kind::malformed, detail, command};
}

template <class M>
Result<Message, WireError> decode_as(Bytes payload) {
    constexpr std::string_view command = Spec<M>::kCommand;
    if constexpr (OwnsPayload<M>) {
        auto taken = Spec<M>::take(std::move(payload));
        // What a transaction contains has no bounds of this room: every violation is one of format.
        if (!taken) return Failure<WireError>({WireError::Kind::malformed, taken.error(), command});
        return Message(*std::move(taken));
    } else {
        M message;
        Reader in(payload);
        FieldReader fields(in);
        Spec<M>::fields(fields, message);
        if (is_exact<M>()) in.expect_end();
        if (!in.ok()) return Failure<WireError>(failure(command, in.error()));
        return Message(std::move(message));
    }
}

template <class M>
Payload encode_as(const M& message) {
    constexpr bool is_known = !std::is_same_v<M, Unknown>;
    KEEL_ASSERT(is_known);
    if constexpr (!is_known) {
        return {};
    } else if constexpr (OwnsPayload<M>) {
        return Spec<M>::share(message);
    } else {
        auto bytes = std::make_shared<Bytes>();
        Writer out(*bytes);
        FieldWriter fields(out);
        Spec<M>::fields(fields, message);
        const ByteSpan view = *bytes;
        return {view, std::move(bytes)};
    }
}

struct Row {
    std::string_view command;
    Result<Message, WireError> (*decode)(Bytes payload);
};

template <std::size_t... I>
constexpr std::array<Row, kKnown> make_rows(std::index_sequence<I...> /*unused*/) {
    return {Row{Spec<Nth<I>>::kCommand, &decode_as<Nth<I>>}...};
}
constexpr std::array<Row, kKnown> kRows = make_rows(std::make_index_sequence<kKnown>());

template <std::size_t... I>
constexpr std::array<std::string_view, kKnown> make_commands(std::index_sequence<I...> /*unused*/) {
    return {Spec<Nth<I>>::kCommand...};
}
constexpr std::array<std::string_view, kKnown> kCommands = make_commands(std::make_index_sequence<kKnown>());

std::size_t held(const TxPtr& tx) { return tx ? tx->raw().size() + sizeof(primitives::Tx) : 0; }

// What a message holds outside of itself.
struct HeldBytes {
    std::size_t operator()(const BlockMessage& m) const {
        const auto& txs = m.block->txs();
        return txs.buffer().size() + txs.inputs().size_bytes() + txs.outputs().size_bytes() + txs.slots().size_bytes() +
               txs.txids().size_bytes() + txs.wtxids().size_bytes();
    }
    std::size_t operator()(const TxMessage& m) const { return held(m.tx); }
    std::size_t operator()(const CompactBlock& m) const {
        std::size_t out = m.short_ids.size() * sizeof(ShortId) + m.prefilled.size() * sizeof(PrefilledTx);
        for (const PrefilledTx& entry : m.prefilled) {
            out += held(entry.tx);
        }
        return out;
    }
    std::size_t operator()(const BlockTxs& m) const {
        std::size_t out = m.txs.size() * sizeof(TxPtr);
        for (const TxPtr& tx : m.txs) {
            out += held(tx);
        }
        return out;
    }
    std::size_t operator()(const Headers& m) const { return std::span(m.headers).size_bytes(); }
    std::size_t operator()(const Addr& m) const { return std::span(m.addresses).size_bytes(); }
    std::size_t operator()(const AddrV2& m) const { return std::span(m.addresses).size_bytes(); }
    std::size_t operator()(const Inv& m) const { return std::span(m.entries).size_bytes(); }
    std::size_t operator()(const GetData& m) const { return std::span(m.entries).size_bytes(); }
    std::size_t operator()(const NotFound& m) const { return std::span(m.entries).size_bytes(); }
    std::size_t operator()(const GetHeaders& m) const { return std::span(m.locator).size_bytes(); }
    std::size_t operator()(const GetBlocks& m) const { return std::span(m.locator).size_bytes(); }
    std::size_t operator()(const GetBlockTxs& m) const { return std::span(m.indexes).size_bytes(); }
    std::size_t operator()(const FilterLoad& m) const { return m.filter.size(); }
    std::size_t operator()(const MerkleBlock& m) const { return std::span(m.hashes).size_bytes() + m.flags.size(); }
    std::size_t operator()(const Filter& m) const { return m.filter.size(); }
    std::size_t operator()(const FilterHeaders& m) const { return std::span(m.hashes).size_bytes(); }
    std::size_t operator()(const FilterCheckpoints& m) const { return std::span(m.headers).size_bytes(); }
    std::size_t operator()(const Sketch& m) const { return m.data.size(); }
    std::size_t operator()(const ReconcilDiff& m) const { return std::span(m.ask_ids).size_bytes(); }
    // Messages of fixed size, and those whose only variable part is a few hundred bytes.
    template <class M>
    std::size_t operator()(const M& /*message*/) const {
        return 0;
    }
};

}  // namespace

std::string to_string(const WireError& error) {
    std::string out(error.command);
    out += error.kind == WireError::Kind::over_limit ? " above its limits: " : " malformed: ";
    return out + primitives::describe(error.detail);
}

Result<Message, WireError> decode(std::string_view command, Bytes payload) {
    const auto* row = std::ranges::find(kRows, command, &Row::command);
    if (row == kRows.end()) return Message(Unknown{std::string(command), payload.size()});
    return row->decode(std::move(payload));
}

Encoded encode(const Message& message) {
    Payload payload = std::visit([](const auto& m) { return encode_as(m); }, message);
    return {command_of(message), std::move(payload)};
}

Encoded encode_raw(std::string_view command, Bytes payload) {
    auto owner = std::make_shared<Bytes>(std::move(payload));
    const ByteSpan view = *owner;
    return {command, {view, std::move(owner)}};
}

std::string_view command_of(const Message& message) {
    const auto* unknown = std::get_if<Unknown>(&message);
    return unknown != nullptr ? std::string_view(unknown->command) : kCommands[message.index()];
}

std::span<const std::string_view> all_commands() { return kCommands; }

std::size_t memory_of(const Message& message) { return sizeof(Message) + std::visit(HeldBytes(), message); }

}  // namespace keel::wire
