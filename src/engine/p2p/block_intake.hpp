// Takes blocks in: checks what can be checked without coins, hands them to validation, and judges by the verdict
// whoever sent them.
//
// A block is taken when it was asked for, or when it could become the tip soon and there is credit for it. A peer that
// sends a block which breaks a rule is punished; one whose block was right but came to nothing is not. The parent of an
// unasked block must be known, and its header must be worth storing.
#pragma once

#include "engine/p2p/block_download.hpp"

namespace keel::p2p {

class BlockIntake {
public:
    struct Parts {
        const ChainState& chain;
        PeerTable& peers;
        KnownChains& known;
        BlockDownload& download;
    };
    explicit BlockIntake(const Parts& parts) : parts_(parts) {}

    void on_block(Peer& peer, const primitives::BlockPtr& block, Turn& turn);
    void on_verdict(const BlockVerdict& verdict, Turn& turn);

private:
    // The header's place in the tree; null when it has none, and whoever sent it was judged.
    const Node* place(Peer& peer, const primitives::Block& block, Turn& turn);
    // Whether a block nobody asked for could become the tip soon.
    [[nodiscard]] bool is_welcome(const Node& node, std::size_t bytes) const;
    static void judge(Peer& peer, const consensus::Reject& reject, Turn& turn);

    Parts parts_;
};

}  // namespace keel::p2p
