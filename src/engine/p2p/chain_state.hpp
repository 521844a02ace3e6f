// What the peer engine knows of the chain as a whole: the tree of headers, the tip, and how far along the sync is.
//
// is_initial_download() is the single switch between catching up and following the tip. Like in every implementation it
// is a latch: once the tip had enough work and was young enough, it stays off.
#pragma once

#include "engine/p2p/events.hpp"
#include "rules/consensus/pow.hpp"
#include "rules/primitives/params.hpp"

namespace keel::p2p {

class ChainState {
public:
    struct Settings {
        consensus::ChainWork minimum_work;
        seconds max_tip_age;
    };
    ChainState(const primitives::Params& params, headers::Tree& tree, const Node& tip, Settings settings);

    [[nodiscard]] const primitives::Params& params() const { return params_; }
    [[nodiscard]] headers::Tree& tree() const { return tree_; }
    [[nodiscard]] const Node& tip() const { return *tip_; }
    [[nodiscard]] const Node* find(const BlockHash& hash) const { return tree_.find(hash); }
    [[nodiscard]] const Node& best_header() const { return tree_.best_header(); }

    void set_tip(const Node& tip) { tip_ = &tip; }
    void set_importing(bool importing) { importing_ = importing; }
    [[nodiscard]] bool importing() const { return importing_; }

    // Moves the latch; to be called before every event.
    void update(UnixTime now);
    [[nodiscard]] bool is_initial_download() const { return initial_download_; }

    // Below this no chain of headers is followed, no block fetched and no header served.
    [[nodiscard]] const consensus::ChainWork& minimum_work() const { return settings_.minimum_work; }
    // Headers of chains below this are not stored: the minimum, or what our tip had kAntiDosBuffer blocks ago, if more.
    [[nodiscard]] consensus::ChainWork anti_dos_work() const;
    // The tip is so young that an announced block is the next one, and worth asking for at once.
    [[nodiscard]] bool can_direct_fetch(UnixTime now) const;
    // The best header is so young that all peers can be asked for theirs.
    [[nodiscard]] bool headers_near_tip(UnixTime now) const;

    [[nodiscard]] bool is_active(const Node& node) const { return tip_->has_ancestor(node); }
    [[nodiscard]] bool segwit_active(primitives::Height height) const { return height >= params_.buried.segwit; }
    [[nodiscard]] seconds spacing() const { return seconds(params_.pow.target_spacing); }

private:
    const primitives::Params& params_;
    headers::Tree& tree_;
    const Node* tip_;
    Settings settings_;
    bool importing_ = false;
    bool initial_download_ = true;
};

// The time of a header as a point in time.
inline UnixTime time_of(const Node& node) { return unix_time(node.header().time); }

}  // namespace keel::p2p
