// A block that lacks only its proof of work.
//
// The coinbase has version 2, its height in the input script (BIP34; OP_0 behind heights of one byte), a sequence and a
// lock time that make it final at its own height only, the reward in the first output and the witness commitment
// (BIP141) in the second.
#pragma once

#include "engine/mining/selection.hpp"
#include "rules/consensus/deployments.hpp"

namespace keel::mining {

struct Template {
    primitives::Header header;  // complete but for the nonce, which is 0
    primitives::Height height;
    primitives::TxPtr coinbase;
    Selection selection;
    std::int64_t min_time = 0;  // the least time that a miner may put into the header

    // The block with this header, which differs from the template's in time, nonce or version only.
    [[nodiscard]] primitives::BlockPtr block(const primitives::Header& solved) const;
};

// What the block is built on.
struct Tip {
    const consensus::PastHeaders& past;  // ends with the parent; not empty
    std::int32_t version = 0;            // consensus::VersionBits::version_to_mine(past), or what the user set
};

// What the miner wants.
struct Wish {
    Bytes payout_script;
    SelectionLimits limits;
    std::span<const Chunk> chunks;  // empty: a block with nothing but its coinbase
};

// `now` is the node's clock; the header's time is that or the least that is allowed.
Template make_template(const primitives::Params& params, const Tip& tip, const Wish& wish, UnixTime now);
// The same with transactions that were chosen before, for a block on this tip.
struct Chosen {
    Bytes payout_script;
    Selection selection;
};
Template make_template_of(const primitives::Params& params, const Tip& tip, Chosen chosen, UnixTime now);

// The least time that a block on top of `past` may have here.
std::int64_t least_time(const primitives::Params& params, const consensus::PastHeaders& past);

}  // namespace keel::mining
