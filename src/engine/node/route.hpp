// What one engine wants, as what the other is told: the whole acquaintance of p2p and validation.
//
// Pure translation without a decision: each action goes to exactly one place. The daemon moves the results through
// mailboxes between threads, the simulator through queues with delays of their own.
#pragma once

#include <vector>

#include "engine/p2p/actions.hpp"
#include "engine/validation/commands.hpp"

namespace keel::node {

// For the network: what p2p wants done with connections.
using NetAction = std::variant<p2p::Send, p2p::ServeBlock, p2p::Close, p2p::Dial>;

// Where actions go. Order is kept within each list.
struct Outbox {
    std::vector<validation::Command> to_validation;
    std::vector<p2p::Event> to_p2p;
    std::vector<NetAction> to_net;
    std::vector<p2p::Answer> p2p_answers;
    // For the API and the import: verdicts and credits about blocks that did not come from peers.
    std::vector<validation::BlockVerdict> verdicts;
    std::vector<validation::BlockTaken> taken;
    std::vector<validation::Answer> answers;
    std::vector<validation::TxVerdict> tx_verdicts;
    std::vector<validation::PackageVerdict> package_verdicts;
    std::vector<validation::TipChanged> tips;
    std::vector<validation::Fatal> fatal;

    void clear() { *this = {}; }
};

// Appends to `out`; both leave the given lists empty.
void route(p2p::Actions& actions, Outbox& out);
void route(std::vector<validation::Action>& actions, Outbox& out);

}  // namespace keel::node
