// A node without threads, sockets, files or clocks: the header tree, both engines, and the routes between them.
//
// The daemon gives each engine a thread; the simulator steps them itself. Nothing here decides anything.
#pragma once

#include "engine/node/route.hpp"
#include "engine/p2p/engine.hpp"
#include "engine/validation/engine.hpp"

namespace keel::node {

// What a node is made with; references outlive it.
struct Surroundings {
    const primitives::Params& params;
    store::Files& files;
    store::Kv& index;
    store::Kv& coins;
    validation::Workers& verify;
    validation::Workers& flush;
    validation::Stages& stages;
    Logger& logger;
    Rng::Seed seed{};
};

class Node {
public:
    // Loads what is on disk. Errors are sentences for the user.
    static Result<std::unique_ptr<Node>, std::string> open(const Surroundings& surroundings,
                                                           const validation::Options& options,
                                                           const p2p::Config& config, Now now);

    headers::Tree& tree() { return tree_; }
    [[nodiscard]] const validation::ChainView& view() const { return view_; }
    validation::ChainView& view() { return view_; }
    [[nodiscard]] const mempool::View& pool() const { return pool_view_; }
    mempool::View& pool() { return pool_view_; }
    // Belongs to the p2p thread.
    p2p::Engine& p2p() { return *p2p_; }
    // Belongs to the validation thread.
    validation::Engine& validation() { return *validation_; }
    // Blocks found on disk behind what the index knew, after an unclean stop.
    [[nodiscard]] std::size_t recovered_blocks() const { return recovered_blocks_; }
    // A reader of block files for another thread.
    [[nodiscard]] store::BlockReader make_reader() const;

private:
    Node(const Surroundings& surroundings, const validation::Options& options);

    Surroundings surroundings_;
    validation::Options options_;
    headers::Tree tree_;
    validation::ChainView view_;
    mempool::View pool_view_;
    std::unique_ptr<validation::Engine> validation_;
    std::unique_ptr<p2p::Engine> p2p_;
    std::size_t recovered_blocks_ = 0;
};

}  // namespace keel::node
