#include "app/settings/setting.hpp"

#include <algorithm>
#include <string>

#include "app/settings/table.hpp"

namespace keel::settings {
namespace {

std::vector<Setting> collect() {
    constexpr std::pair<Category, std::span<const Setting> (*)()> groups[] = {
        {Category::general, general_rows}, {Category::chain, chain_rows},   {Category::connection, connection_rows},
        {Category::rpc, rpc_rows},         {Category::log, log_rows},       {Category::testing, testing_rows},
        {Category::mempool, mempool_rows}, {Category::mining, mining_rows}, {Category::wallet, wallet_rows},
        {Category::client, client_rows},
    };
    std::vector<Setting> out;
    for (const auto& [category, rows] : groups) {
        for (Setting row : rows()) {
            row.category = category;
            if (category == Category::client) {
                row.program = Program::client;
            }
            out.push_back(row);
        }
    }
    return out;
}

struct Index {
    std::vector<Setting> rows = collect();
    std::vector<const Setting*> by_name = sorted();

    [[nodiscard]] std::vector<const Setting*> sorted() const {
        std::vector<const Setting*> out;
        out.reserve(rows.size());
        for (const Setting& row : rows) {
            out.push_back(&row);
        }
        std::ranges::sort(out, {}, &Setting::name);
        return out;
    }
};

const Index& index() {
    static const Index kBuilt;
    return kBuilt;
}

// Edits (insert, delete, replace, swap of neighbours) that turn one name into the other.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::vector<std::size_t>> cost(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
    for (std::size_t i = 0; i <= a.size(); ++i) {
        for (std::size_t j = 0; j <= b.size(); ++j) {
            if (i == 0 || j == 0) {
                cost[i][j] = i + j;
                continue;
            }
            const std::size_t replaced = cost[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, replaced});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
            }
        }
    }
    return cost[a.size()][b.size()];
}

}  // namespace

const std::vector<Setting>& all_settings() { return index().rows; }

const Setting* find_setting(std::string_view name) {
    const auto& names = index().by_name;
    const auto found = std::ranges::lower_bound(names, name, {}, &Setting::name);
    return found != names.end() && (*found)->name == name ? *found : nullptr;
}

std::optional<std::string_view> nearest_name(std::string_view typed, Program program) {
    constexpr std::size_t kLongest = 40;
    if (typed.size() < 3 || typed.size() > kLongest) {
        return std::nullopt;
    }
    std::optional<std::string_view> best;
    std::size_t least = std::min<std::size_t>(2, typed.size() / 3) + 1;
    for (const Setting& row : all_settings()) {
        const std::size_t edits = row.known_to(program) ? distance(typed, row.name) : least;
        if (edits < least) {
            least = edits;
            best = row.name;
        }
    }
    return best;
}

std::string_view to_text(Type type) {
    switch (type) {
        case Type::flag: return "flag";
        case Type::number: return "number";
        case Type::text: return "text";
        case Type::path: return "path";
        case Type::list: return "list";
    }
    return "";
}

std::string_view title(Category category) {
    switch (category) {
        case Category::general: return "Options";
        case Category::chain: return "Choice of the chain";
        case Category::connection: return "Peers";
        case Category::rpc: return "RPC server";
        case Category::log: return "Log";
        case Category::testing: return "Testing";
        case Category::mempool: return "Transaction relay";
        case Category::mining: return "Block creation";
        case Category::wallet: return "Wallet";
        case Category::client: return "RPC client";
    }
    return "";
}

}  // namespace keel::settings
