// Takes the headers of block files into the tree ahead of their blocks.
//
// Whether scripts may be assumed valid depends on the best header chain: without this, an import would know too little
// of it while it connects the first blocks. Files are read in order, blocks in a file may come in any order: a header
// whose parent is unknown waits for it, kWaitingMax of them at most (more are left to the import itself). Headers that
// break a rule are left out; the import says what is wrong when it comes to their block.
//
// Owned by the import thread.
#pragma once

#include <atomic>
#include <unordered_map>

#include "edge/runtime/clock.hpp"
#include "engine/headers/tree.hpp"
#include "engine/store/block_import.hpp"
#include "rules/primitives/params.hpp"

namespace keel::daemon {

class HeaderSurvey {
public:
    static constexpr std::size_t kWaitingMax = 1'000'000;

    // All outlive it. Ends early once `stopping`.
    HeaderSurvey(headers::Tree& tree, const primitives::Params& params, const runtime::Clock& clock,
                 const std::atomic<bool>& stopping)
        : tree_(tree), params_(params), clock_(clock), stopping_(stopping) {}

    // Reads the 80 bytes at the beginning of each block of the file, and little else.
    [[nodiscard]] store::FileResult<void> read(std::unique_ptr<store::File> file, const store::XorKey& key);

private:
    void take(const primitives::Header& header);
    [[nodiscard]] bool accept(const primitives::Header& header);

    headers::Tree& tree_;
    const primitives::Params& params_;
    const runtime::Clock& clock_;
    const std::atomic<bool>& stopping_;
    std::unordered_multimap<primitives::BlockHash, primitives::Header, HashPrefix> waiting_;  // by parent
};

}  // namespace keel::daemon
