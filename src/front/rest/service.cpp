#include "front/rest/service.hpp"

#include "front/rest/endpoints.hpp"

namespace keel::rest {
namespace {

struct Endpoint {
    std::string_view prefix;
    Handler handler;
};

// The first prefix that fits is taken.
constexpr Endpoint kEndpoints[] = {
    {"/rest/tx/", transaction},
    {"/rest/block/notxdetails/", block_without_txs},
    {"/rest/block/", block},
    {"/rest/blockpart/", block_part},
    {"/rest/blockfilter/", block_filter},
    {"/rest/blockfilterheaders/", block_filter_headers},
    {"/rest/chaininfo", chain_info},
    {"/rest/mempool/", mempool},
    {"/rest/headers/", headers},
    {"/rest/getutxos", coins},
    {"/rest/deploymentinfo/", deployment_info},
    {"/rest/deploymentinfo", deployment_info},
    {"/rest/blockhashbyheight/", block_hash_by_height},
    {"/rest/spenttxouts/", spent_outputs},
};

}  // namespace

Reply Service::handle(const Request& request) const {
    for (const auto& [prefix, handler] : kEndpoints) {
        if (!request.target.starts_with(prefix)) {
            continue;
        }
        const auto node = dispatcher_.node();
        if (!node) {
            return error(503, "Service temporarily unavailable: " + node.error());
        }
        return handler({dispatcher_, *node, request.body}, parse_path(request.target.substr(prefix.size())));
    }
    return {404, {}, {}, {}};
}

}  // namespace keel::rest
