#include "app/settings/help.hpp"

#include <algorithm>

#include "base/logger.hpp"

namespace keel::settings {
namespace {

constexpr std::size_t kColumns = 79;
constexpr std::size_t kIndent = 7;

// Breaks at spaces; every line begins with the indent.
std::string wrapped(std::string_view text) {
    std::string out;
    std::size_t column = 0;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(' '), text.size());
        if (column == 0 || column + 1 + end > kColumns) {
            out += concat(column == 0 ? "" : "\n", std::string(kIndent, ' '));
            column = kIndent;
        } else {
            out += ' ';
            ++column;
        }
        out += text.substr(0, end);
        column += end;
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

std::string meaning(const Setting& row) {
    std::string out(row.help);
    if (!row.fallback.empty()) {
        out += concat(" (default: ", row.fallback, ")");
    }
    if (row.support == Support::no_effect) {
        out += concat(". Has no effect: ", row.note);
    } else if (row.support == Support::unavailable) {
        out += concat(". Not available: ", row.note);
    }
    return out;
}

std::string remarks(const Setting& row) {
    std::string out;
    const auto add = [&](bool applies, std::string_view remark) {
        if (applies) {
            out += concat(out.empty() ? "" : ", ", remark);
        }
    };
    add(row.is(trait::kNetworkOnly), "per network");
    add(row.networks == Networks::not_main, "not on main");
    add(row.networks == Networks::regtest_only, "regtest only");
    add(row.is(trait::kForTesting), "for testing");
    return out;
}

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '|' || c == '<') {
            out += '\\';
        }
        out += c;
    }
    return out;
}

template <class Visit>
void for_each_group(const Visit& visit) {
    const std::vector<Setting>& rows = all_settings();
    for (auto first = rows.begin(); first != rows.end();) {
        const auto last =
            std::find_if(first, rows.end(), [&](const Setting& r) { return r.category != first->category; });
        visit(title(first->category), std::span(first, last));
        first = last;
    }
}

}  // namespace

std::string help_text(Program program, bool everything) {
    std::string out;
    for_each_group([&](std::string_view name, std::span<const Setting> rows) {
        std::string group;
        for (const Setting& row : rows) {
            const bool usual = row.support == Support::full && !row.is(trait::kForTesting);
            if (row.known_to(program) && (usual || everything)) {
                group += concat("  -", row.name, row.argument.empty() ? "" : "=", row.argument, "\n",
                                wrapped(meaning(row)), "\n\n");
            }
        }
        if (!group.empty()) {
            out += concat(name, ":\n\n", group);
        }
    });
    return out;
}

std::string markdown() {
    std::string out;
    for_each_group([&](std::string_view name, std::span<const Setting> rows) {
        out += concat("\n### ", name, "\n\n| name | type | default | meaning | remarks |\n|---|---|---|---|---|\n");
        for (const Setting& row : rows) {
            std::string text(row.help);
            if (row.support != Support::full) {
                text +=
                    concat(row.support == Support::no_effect ? ". **No effect**: " : ". **Not available**: ", row.note);
            }
            out += concat("| `", row.name, "` | ", to_text(row.type), " | ", row.fallback, " | ", escaped(text), " | ",
                          remarks(row), " |\n");
        }
    });
    return out;
}

}  // namespace keel::settings
