#include "engine/node/node.hpp"

namespace keel::node {

Node::Node(const Surroundings& surroundings, const validation::Options& options)
    : surroundings_(surroundings),
      options_(options),
      tree_(surroundings.params.genesis->header()),
      view_(tree_.genesis()),
      pool_view_(options.pool) {}

Result<std::unique_ptr<Node>, std::string> Node::open(const Surroundings& surroundings,
                                                      const validation::Options& options, const p2p::Config& config,
                                                      Now now) {
    std::unique_ptr<Node> node(new Node(surroundings, options));
    const validation::Ports ports{.params = surroundings.params,
                                  .files = surroundings.files,
                                  .index = surroundings.index,
                                  .coins = surroundings.coins,
                                  .tree = node->tree_,
                                  .view = node->view_,
                                  .pool_view = node->pool_view_,
                                  .verify = surroundings.verify,
                                  .flush = surroundings.flush,
                                  .stages = surroundings.stages,
                                  .logger = surroundings.logger};
    auto loaded = validation::load(ports, options, now.unix);
    if (!loaded) {
        return Failure(loaded.error().message);
    }
    node->recovered_blocks_ = loaded->recovered;
    node->validation_ = std::make_unique<validation::Engine>(ports, options, *std::move(loaded), now);
    node->p2p_ = std::make_unique<p2p::Engine>(p2p::Environment{.params = surroundings.params,
                                                                .tree = node->tree_,
                                                                .tip = node->view_.tip(),
                                                                .pool = node->pool_view_,
                                                                .logger = surroundings.logger,
                                                                .seed = surroundings.seed},
                                               config);
    return node;
}

store::BlockReader Node::make_reader() const { return {surroundings_.files, options_.block_files, options_.xor_key}; }

}  // namespace keel::node
