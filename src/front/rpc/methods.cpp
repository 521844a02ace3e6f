#include <algorithm>

#include "front/rpc/method_groups.hpp"

namespace keel::rpc {
namespace {

std::vector<Method> collect() {
    std::vector<Method> out;
    for (const auto group :
         {address_methods(),      block_methods(),          block_stats_methods(), block_template_methods(),
          chain_change_methods(), chain_methods(),          chain_wait_methods(),  coin_methods(),
          control_methods(),      deployment_methods(),     descriptor_methods(),  fee_methods(),
          generate_methods(),     mempool_change_methods(), mempool_methods(),     mempool_submit_methods(),
          mining_methods(),       network_methods(),        openrpc_methods(),     psbt_analysis_methods(),
          psbt_methods(),         psbt_show_methods(),      raw_tx_methods(),      scan_coins_methods(),
          sign_tx_methods(),      tx_proof_methods()}) {
        out.insert(out.end(), group.begin(), group.end());
    }
    std::ranges::sort(out, {}, &Method::name);
    return out;
}

}  // namespace

std::vector<std::string_view> Param::all_names() const {
    std::vector<std::string_view> out;
    for (std::string_view rest = names; !rest.empty();) {
        const std::size_t bar = std::min(rest.find('|'), rest.size());
        out.push_back(rest.substr(0, bar));
        rest.remove_prefix(std::min(bar + 1, rest.size()));
    }
    return out;
}

std::span<const Method> all_methods() {
    static const std::vector<Method> kMethods = collect();
    return kMethods;
}

const Method* find_method(std::string_view name) {
    const std::span<const Method> methods = all_methods();
    const auto found = std::ranges::lower_bound(methods, name, {}, &Method::name);
    return found != methods.end() && found->name == name ? &*found : nullptr;
}

}  // namespace keel::rpc
