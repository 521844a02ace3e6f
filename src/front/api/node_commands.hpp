// What can be asked of the node. Each command is carried out by its owner's thread in the order given; the answer comes
// after all views show the effect. A node that stops drops the Reply.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "engine/headers/tree.hpp"
#include "engine/p2p/actions.hpp"
#include "engine/store/kv.hpp"
#include "front/api/reply.hpp"
#include "rules/consensus/rule.hpp"
#include "rules/primitives/block.hpp"
#include "rules/primitives/coin.hpp"

namespace keel::api {

using headers::Node;

enum class BlockOutcome : std::uint8_t {
    connected,  // it is part of the active chain
    stored,     // valid as far as known, on a branch with less work or waiting for its ancestors
    duplicate,  // it was there before
    rejected,
};
struct BlockVerdict {
    BlockOutcome outcome = BlockOutcome::stored;
    std::optional<consensus::Reject> reject;  // set when rejected
};

// `failure` is one sentence, empty on success.
struct Done {
    std::string failure;
};

struct FoundCoins {
    std::vector<std::optional<primitives::Coin>> coins;  // one for each outpoint asked for
    const Node* tip = nullptr;                           // the chain they belong to
};

// All coins after the block `tip`, as one unchanging state of the coin database.
struct CoinSet {
    std::shared_ptr<store::KvSnapshot> coins;
    const Node* tip = nullptr;
    std::uint64_t disk_size = 0;  // bytes, roughly
};

enum class AddNodeMode : std::uint8_t { add, remove, one_try };

class NodeCommands {
public:
    virtual ~NodeCommands() = default;

    // ---- chain ----

    virtual void submit_block(primitives::BlockPtr block, Reply<BlockVerdict> reply) = 0;
    // Nothing: the header is in the tree.
    virtual void submit_header(const primitives::Header& header, Reply<std::optional<consensus::Reject>> reply) = 0;
    virtual void invalidate_block(const Node& node, Reply<Done> reply) = 0;
    virtual void reconsider_block(const Node& node, Reply<Done> reply) = 0;
    virtual void precious_block(const Node& node, Reply<Done> reply) = 0;
    // Removes block files whose blocks are all at or below this height.
    virtual void prune_to(primitives::Height height, Reply<Done> reply) = 0;
    virtual void find_coins(std::vector<primitives::OutPoint> outpoints, Reply<FoundCoins> reply) = 0;
    // Writes everything connected so far to disk first; `failure` in place of a value says why that did not work.
    virtual void snapshot_coins(Reply<Result<CoinSet, std::string>> reply) = 0;
    // Answered when every block and command given before has come to rest.
    virtual void settle(Reply<Done> reply) = 0;

    // ---- peers ----

    // `use_v2`: try the BIP324 transport first; nothing: as configured.
    virtual void add_node(std::string target, AddNodeMode mode, std::optional<bool> use_v2,
                          Reply<p2p::ControlFailure> reply) = 0;
    virtual void disconnect(p2p::PeerId peer, Reply<p2p::ControlFailure> reply) = 0;
    virtual void set_network_active(bool active, Reply<p2p::ControlFailure> reply) = 0;
    virtual void ping_all(Reply<p2p::ControlFailure> reply) = 0;

    // ---- the process; these take effect before they return ----

    // Zero: the real clock again.
    virtual void set_mock_time(std::int64_t seconds_since_1970) = 0;
    // Asks for a clean stop and returns at once.
    virtual void request_stop() = 0;
};

}  // namespace keel::api
