// The two directions of a message's fields. A message is described once (message_specs.hpp) by a function over a "field
// visitor"; FieldReader fills a message from bytes and FieldWriter writes it, so that both always agree. Private to
// this room.
#pragma once

#include "base/assert.hpp"
#include "engine/wire/message_types.hpp"

namespace keel::wire {

// How an address list is written.
enum class AddrForm : std::uint8_t { v1, v2 };

class FieldReader {
public:
    static constexpr bool kReads = true;

    explicit FieldReader(Reader& in) : in_(in) {}

    template <std::integral T>
    void operator()(T& value) {
        value = in_.read<T>();
    }
    void operator()(bool& value) { value = in_.read_bool(); }
    template <class Tag>
    void operator()(Hash256<Tag>& hash) {
        hash = in_.read_hash<Hash256<Tag>>();
    }
    void operator()(Header& header) { header = Header::read(in_); }
    void operator()(Services& services) { services.bits = in_.read<std::uint64_t>(); }
    void operator()(InvEntry& entry) {
        entry.type = static_cast<InvType>(in_.read<std::uint32_t>());
        (*this)(entry.hash);
    }
    // 16 bytes of address and a port. An address we cannot represent reads as the unspecified one.
    void operator()(Endpoint& endpoint) {
        endpoint.address = read_address_v1(in_).value_or(NetAddress());
        endpoint.port = in_.read_be<std::uint16_t>();
    }
    void operator()(TxPtr& tx);

    // Later versions of the protocol added fields at the end; false once the sender's ends. Writers write all.
    [[nodiscard]] bool more() const { return in_.remaining() > 0; }

    // `min_bytes`: what one item takes at least.
    template <class T>
    void list(std::vector<T>& items, std::size_t limit, std::size_t min_bytes) {
        items.resize(in_.read_count(limit, min_bytes));
        for (T& item : items) {
            if (!in_.ok()) return;
            (*this)(item);
        }
    }
    void bytes(Bytes& out, std::size_t limit) { out = to_bytes(in_.read_var_bytes(limit)); }
    void text(std::string& out, std::size_t limit) { out = as_text(in_.read_var_bytes(limit)); }

    void headers(std::vector<Header>& headers);
    void addresses(std::vector<PeerAddress>& addresses, AddrForm form);
    void short_ids(std::vector<ShortId>& ids);
    // BIP152: each index as its distance to the one before, less one.
    void prefilled(std::vector<PrefilledTx>& txs);
    void indexes(std::vector<std::uint16_t>& indexes);

    // Records a violation that only the message's description can see.
    void require(bool holds, DecodeError error) {
        if (!holds) in_.fail(error);
    }

private:
    std::uint16_t index_after(std::int32_t previous);

    Reader& in_;
};

class FieldWriter {
public:
    static constexpr bool kReads = false;

    explicit FieldWriter(Writer& out) : out_(out) {}

    template <std::integral T>
    void operator()(T value) {
        out_.write(value);
    }
    void operator()(bool value) { out_.write(static_cast<std::uint8_t>(value ? 1 : 0)); }
    template <class Tag>
    void operator()(const Hash256<Tag>& hash) {
        out_.write_hash(hash);
    }
    void operator()(const Header& header) { header.write(out_); }
    void operator()(Services services) { out_.write(services.bits); }
    void operator()(const InvEntry& entry) {
        out_.write(static_cast<std::uint32_t>(entry.type));
        out_.write_hash(entry.hash);
    }
    void operator()(const Endpoint& endpoint) {
        write_address_v1(out_, endpoint.address);
        out_.write_be(endpoint.port);
    }
    void operator()(const TxPtr& tx) { out_.write_bytes(tx->raw()); }

    [[nodiscard]] static bool more() { return true; }

    template <class T>
    void list(const std::vector<T>& items, std::size_t limit, std::size_t /*min_bytes*/) {
        count(items.size(), limit);
        for (const T& item : items) {
            (*this)(item);
        }
    }
    void bytes(const Bytes& bytes, std::size_t limit) {
        KEEL_ASSERT(bytes.size() <= limit);
        out_.write_var_bytes(bytes);
    }
    void text(const std::string& text, std::size_t limit) {
        KEEL_ASSERT(text.size() <= limit);
        out_.write_var_bytes(as_bytes(text));
    }

    void headers(const std::vector<Header>& headers);
    void addresses(const std::vector<PeerAddress>& addresses, AddrForm form);
    void short_ids(const std::vector<ShortId>& ids);
    void prefilled(const std::vector<PrefilledTx>& txs);
    void indexes(const std::vector<std::uint16_t>& indexes);

    static void require(bool holds, DecodeError /*error*/) { KEEL_ASSERT(holds); }

private:
    void count(std::uint64_t value, std::uint64_t limit) {
        KEEL_ASSERT(value <= limit);
        out_.write_compact_size(value);
    }
    void index_after(std::int32_t previous, std::uint16_t index) {
        KEEL_ASSERT(previous < index);
        out_.write_compact_size(static_cast<std::uint64_t>(index - previous - 1));
    }

    Writer& out_;
};

}  // namespace keel::wire
