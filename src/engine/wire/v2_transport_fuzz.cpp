// Two encrypted transports that talk to each other over a line which an attacker controls: the input says who sends
// what, how the stream is cut, and which bytes are changed, inserted or lost.
//
// Up to the first interference everything arrives exactly as it was sent; after it, nothing that was not sent arrives.
#include <deque>

#include "base/assert.hpp"
#include "engine/wire/inbound_transport.hpp"

namespace {

using namespace keel;

constexpr wire::Magic kMagic{std::byte{0xFA}, std::byte{0xBF}, std::byte{0xB5}, std::byte{0xDA}};

class Side {
public:
    explicit Side(std::unique_ptr<wire::Transport> transport) : transport_(std::move(transport)) {}

    void send(std::string_view command, Bytes payload) {
        if (!transport_->can_send()) return;
        sent_.push_back(payload);
        transport_->send(wire::encode_raw(command, std::move(payload)));
    }
    // What is on its way from here.
    Bytes& line() {
        for (const wire::Payload& part : transport_->take_output()) {
            append(line_, part.bytes);
        }
        return line_;
    }
    void receive(ByteSpan bytes, Side& from, bool untouched) {
        if (failed_) return;
        std::vector<wire::TransportEvent> events;
        failed_ = wire::receive_all(*transport_, bytes, events).has_value();
        for (const wire::TransportEvent& event : events) {
            const auto& message = std::get<wire::RawMessage>(event);
            KEEL_ASSERT(!from.sent_.empty() && message.payload == from.sent_.front());
            from.sent_.pop_front();
        }
        KEEL_ASSERT(!untouched || !failed_);
    }

private:
    std::unique_ptr<wire::Transport> transport_;
    std::deque<Bytes> sent_;  // and not yet arrived
    Bytes line_;
    bool failed_ = false;
};

Rng::Seed seed_of(std::byte number) {
    Rng::Seed out{};
    out[0] = number;
    return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteSpan input = std::as_bytes(std::span(data, size));
    if (input.empty()) return 0;
    std::array<Side, 2> sides{Side(std::make_unique<wire::V2Transport>(wire::V2Transport::Settings{
                                  .magic = kMagic, .initiating = true, .seed = seed_of(input[0])})),
                              Side(std::make_unique<wire::InboundTransport>(kMagic, seed_of(~input[0])))};
    bool untouched = true;
    for (std::size_t i = 1; i + 1 < input.size(); i += 2) {
        const auto what = std::to_integer<unsigned>(input[i]);
        const auto amount = std::to_integer<std::size_t>(input[i + 1]);
        Side& side = sides[what & 1U];
        Side& other = sides[(what & 1U) ^ 1U];
        Bytes& line = side.line();
        switch ((what >> 1U) % 8) {
            case 0: side.send("ping", Bytes(amount)); break;
            case 1: side.send("unheard-of", Bytes(amount * 300)); break;
            case 2:
                if (line.empty()) break;
                line[amount % line.size()] ^= std::byte{1};
                untouched = false;
                break;
            case 3:
                line.insert(line.begin() + static_cast<std::ptrdiff_t>(std::min(amount, line.size())), input[i]);
                untouched = false;
                break;
            case 4:
                if (line.empty()) break;
                line.erase(line.begin());
                untouched = false;
                break;
            default: {
                const std::size_t n = std::min(line.size(), (amount + 1) * ((what >> 4U) + 1));
                const Bytes part(line.begin(), line.begin() + static_cast<std::ptrdiff_t>(n));
                line.erase(line.begin(), line.begin() + static_cast<std::ptrdiff_t>(n));
                other.receive(part, side, untouched);
                break;
            }
        }
    }
    return 0;
}
