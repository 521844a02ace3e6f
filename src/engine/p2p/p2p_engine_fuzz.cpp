// Any sequence of events: the bytes choose what happens next. The bench asserts the engine's invariants after each
// event and that nothing is said to a peer that is not there.
#include <cstdint>

#include "engine/p2p/lab_test.hpp"
#include "rules/primitives/codec.hpp"

namespace keel::p2p {
namespace {

constexpr std::int32_t kBlocks = 40;
constexpr std::size_t kActionsMax = 2000;  // of one event, with at most kPeersMax peers
constexpr std::size_t kPeersMax = 24;

struct Chains {
    testing::ChainBuilder main;
    testing::ChainBuilder fork;

    Chains() {
        main.mine_empty(kBlocks, 1);
        fork = main;
        fork.rewind_to(primitives::Height(kBlocks / 2));
        fork.mine_empty(kBlocks / 2 + 5, 2);
    }
};

const consensus::Reject& reject_of(std::uint8_t choice) {
    static const std::array<consensus::RuleInfo, 9> rules = [] {
        std::array<consensus::RuleInfo, 9> all{};
        for (std::size_t i = 0; i < all.size(); ++i) {
            all[i].id = all[i].token = "fuzz";
            all[i].kind = static_cast<consensus::RejectKind>(i);
        }
        return all;
    }();
    static const std::vector<consensus::Reject> rejects(rules.begin(), rules.end());
    return rejects[choice % rejects.size()];
}

class Run {
public:
    Run(const Chains& chains, ByteSpan choices) : in_(choices), chains_(chains), lab_(config(choices)) {
        lab_.chain = chains.main;
        lab_.now.unix = unix_time(chains.main.tip()->header().time) + seconds(60);
        lab_.pongs = false;
    }

    void all() {
        while (in_.remaining() > 0) {
            const Actions actions = step(byte());
            KEEL_ASSERT(actions.size() <= kActionsMax);
            for (const Action& action : actions) {
                if (const auto* submit = std::get_if<SubmitBlock>(&action)) submitted_.push_back(submit->node);
            }
        }
    }

private:
    static Config config(ByteSpan choices) {
        Config config{.max_inbound = 8, .validation_bytes = 20'000};
        if (!choices.empty() && (std::to_integer<unsigned>(choices[0]) & 1U) != 0) {
            config.minimum_chain_work = U256(2) * 30;
        }
        return config;
    }
    std::uint8_t byte() { return in_.read<std::uint8_t>(); }
    PeerId peer() {
        const std::uint8_t choice = byte();
        if (lab_.open().empty() || choice == 255) return PeerId(1'000'000 + choice);  // one that never was
        auto it = lab_.open().begin();
        std::advance(it, static_cast<std::ptrdiff_t>(choice % lab_.open().size()));
        return *it;
    }
    const primitives::BlockPtr& block() {
        const std::uint8_t choice = byte();
        const auto& blocks = (choice & 0x80U) != 0 ? chains_.fork.blocks() : chains_.main.blocks();
        return blocks[(choice & 0x7fU) % blocks.size()];
    }

    Actions step(std::uint8_t choice) {
        switch (choice % 16) {
            case 0: return attach();
            case 1: return lab_.handle(PeerClosed{peer()});
            case 2: return lab_.receive(peer(), Lab::version(byte() % 2 == 0 ? kFullNode : byte()));
            case 3: return lab_.receive(peer(), wire::Verack{});
            case 4: return lab_.advance(milliseconds(1 << (byte() % 20)));
            case 5: return lab_.receive(peer(), headers());
            case 6: return lab_.receive(peer(), wire::BlockMessage{block()});
            case 7: return taken();
            case 8: return verdict();
            case 9: return tip();
            case 10: return lab_.receive(peer(), inventory<wire::GetData>());
            case 11: return lab_.receive(peer(), inventory<wire::Inv>());
            case 12: return lab_.handle(BlockServed{peer(), byte() % 8 != 0});
            case 13: return control();
            default: return lab_.receive(peer(), other());
        }
    }
    Actions attach() {
        Actions actions;
        if (lab_.open().size() < kPeersMax) lab_.attach(static_cast<ConnectionKind>(byte() % 5), &actions);
        return actions;
    }
    wire::Message headers() {
        const std::uint8_t choice = byte();
        const auto& blocks = (choice & 1U) != 0 ? chains_.fork.blocks() : chains_.main.blocks();
        const std::size_t first = byte() % blocks.size();
        const std::size_t count = byte() % blocks.size();
        wire::Headers out;
        for (std::size_t i = first; i < std::min(first + count, blocks.size()); ++i) {
            out.headers.push_back(blocks[i]->header());
        }
        if ((choice & 0x70U) == 0x70U && !out.headers.empty()) ++out.headers.back().time;
        return out;
    }
    template <class Message>
    wire::Message inventory() {
        Message out;
        for (int i = byte() % 8; i > 0; --i) {
            out.entries.push_back({static_cast<wire::InvType>(byte() % 8), hash_cast<RawHash>(block()->hash())});
        }
        return out;
    }
    wire::Message other() {
        switch (byte() % 12) {
            case 0: return wire::GetHeaders{wire::kProtocolVersion, {block()->hash()}, {}};
            case 1: return wire::GetBlocks{wire::kProtocolVersion, {block()->hash()}, {}};
            case 2: return wire::Ping{byte()};
            case 3: return wire::Pong{byte()};
            case 4: return wire::SendHeaders{};
            case 5: return wire::FeeFilter{byte()};
            case 6: return wire::SendAddrV2{};
            case 7: return wire::WtxidRelay{};
            case 8: return wire::Mempool{};
            case 9: return wire::GetBlockTxs{block()->hash(), {1}};
            case 10: return wire::Unknown{"x", 1};
            default: return wire::GetHeaders{wire::kProtocolVersion, {}, block()->hash()};
        }
    }
    Actions taken() {
        if (submitted_.empty()) return lab_.handle(BlockTaken{block()->hash()});
        const Node* node = submitted_[byte() % submitted_.size()];
        if (byte() % 8 != 0) lab_.tree.set_data(*node, {}, 1);
        return lab_.handle(BlockTaken{node->hash()});
    }
    Actions verdict() {
        const auto outcome = static_cast<BlockOutcome>(byte() % 5);
        BlockVerdict verdict{.hash = block()->hash(), .source = peer(), .outcome = outcome};
        if (outcome == BlockOutcome::rejected) {
            verdict.reject = reject_of(byte());
            const Node* node = lab_.tree.find(verdict.hash);
            if (node != nullptr && node->height() > lab_.tip->height() && byte() % 2 == 0) lab_.tree.set_failed(*node);
        }
        return lab_.handle(verdict);
    }
    Actions tip() {
        const Node* node = lab_.tree.find(block()->hash());
        if (node == nullptr || node->is_failed()) return {};
        return lab_.set_tip(*node);
    }
    Actions control() {
        switch (byte() % 6) {
            case 0: return lab_.handle(AddNode{std::string(1, 'a'), static_cast<AddNode::Mode>(byte() % 3), 1});
            case 1: return lab_.handle(Disconnect{peer(), 1});
            case 2: return lab_.handle(SetNetworkActive{byte() % 2 == 0, 1});
            case 3: return lab_.handle(PingAll{1});
            case 4: return lab_.handle(SetImporting{byte() % 2 == 0});
            default:
                return lab_.handle(MessageRefused{peer(), {static_cast<wire::WireError::Kind>(byte() % 2), {}, "x"}});
        }
    }

    primitives::Reader in_;
    const Chains& chains_;
    Lab lab_;
    std::vector<const Node*> submitted_;
};

}  // namespace
}  // namespace keel::p2p

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const keel::p2p::Chains chains;
    if (size > 4096) return 0;
    keel::p2p::Run(chains, std::as_bytes(std::span(data, size))).all();
    return 0;
}
