// The block template that miners are working on: made at most every few seconds while the tip stays, shared by all
// calls.
//
// Any thread. Making one takes a turn of the validation thread; a lock is held meanwhile, so that callers who come
// together get the same template and cause the work of one.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "engine/mining/template.hpp"
#include "front/rpc/context.hpp"
#include "front/rpc/error.hpp"

namespace keel::rpc {

// A template with what is costly to write about it.
struct DeskTemplate {
    const headers::Node* parent = nullptr;
    mining::Template made;
    std::string txs_json;             // the array "transactions" of getblocktemplate
    std::uint64_t pool_sequence = 0;  // of the pool that it was made from
    std::int64_t time = 0;            // the node's clock at that moment
};

class TemplateDesk {
public:
    // While the tip is the same and the pool too, or for so many seconds after a template was made, it stays.
    static constexpr std::int64_t kKeepSeconds = 5;

    [[nodiscard]] Outcome<std::shared_ptr<const DeskTemplate>> current(const Context& context);
    // The pool that the last template was made from; 0: none was made.
    [[nodiscard]] std::uint64_t pool_sequence() const;

    // Figures of the last block put together here, for getmininginfo.
    struct LastBlock {
        std::int64_t weight = 0;  // with what is reserved
        std::size_t txs = 0;      // without the coinbase
    };
    void note(const mining::Selection& selection);
    [[nodiscard]] std::optional<LastBlock> last_block() const;

private:
    mutable std::mutex making_;  // guards the template
    std::shared_ptr<const DeskTemplate> template_;
    mutable std::mutex figures_;  // guards the last block
    std::optional<LastBlock> last_block_;
};

// A block of the pool's best transactions on the tip, paying to `script`; notes it at the desk.
struct AssembledBlock {
    const headers::Node* parent = nullptr;
    mining::Template made;
    std::uint64_t pool_sequence = 0;
};
[[nodiscard]] Outcome<AssembledBlock> assemble_block(const Context& context, const Bytes& script);
// The version that a block on `parent` gets.
std::int32_t version_for(const Context& context, const headers::Node& parent);

// Why a block would not be accepted on the tip, as BIP22 wants it; nothing: it would, given its proof of work.
[[nodiscard]] Outcome<std::optional<std::string>> judge_proposal(const Context& context,
                                                                 const primitives::BlockPtr& block,
                                                                 bool check_merkle_root);

}  // namespace keel::rpc
