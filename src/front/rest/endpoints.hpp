// The handlers of the paths, one source file for each kind. For this room only.
#pragma once

#include "front/rest/request.hpp"
#include "front/rpc/dispatcher.hpp"

namespace keel::rest {

struct Source {
    rpc::Dispatcher& calls;
    const rpc::NodeAccess& node;
    std::string_view body;  // of the request
};

using Handler = Reply (*)(const Source&, const Path&);

// blocks.cpp
Reply headers(const Source& source, const Path& path);
Reply block(const Source& source, const Path& path);
Reply block_without_txs(const Source& source, const Path& path);
Reply block_part(const Source& source, const Path& path);
Reply block_hash_by_height(const Source& source, const Path& path);
Reply spent_outputs(const Source& source, const Path& path);
// coins.cpp
Reply coins(const Source& source, const Path& path);
// calls.cpp
Reply chain_info(const Source& source, const Path& path);
Reply deployment_info(const Source& source, const Path& path);
Reply mempool(const Source& source, const Path& path);
Reply transaction(const Source& source, const Path& path);
Reply block_filter(const Source& source, const Path& path);
Reply block_filter_headers(const Source& source, const Path& path);

}  // namespace keel::rest
