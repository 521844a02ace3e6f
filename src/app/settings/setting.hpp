// The table of settings: one row for every name that the command line and the configuration file may hold.
//
// Names, values and meanings are those of Bitcoin Core where it has the setting. A name that does nothing here says why
// (`note`); one that asks for something Keel cannot do is refused unless it is switched off, so that nobody relies on
// what is not there. docs/configuration.md is checked against this table.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace keel::settings {

enum class Type : std::uint8_t {
    flag,    // nothing, 1 (any number but 0) or 0
    number,  // a whole number within [low, high]
    text,
    path,  // a file or folder
    list,  // text, any number of times
};

enum class Category : std::uint8_t { general, chain, connection, rpc, log, testing, mempool, mining, wallet, client };

enum class Support : std::uint8_t {
    full,
    no_effect,    // accepted; `note` says why it does nothing
    unavailable,  // refused unless switched off; `note` says what is missing
};

enum class Program : std::uint8_t { node = 1, client = 2, both = 3 };

enum class Networks : std::uint8_t { all, not_main, regtest_only };

// Bits of Setting::traits.
namespace trait {
inline constexpr unsigned kNetworkOnly = 1;  // in a configuration file it counts for main only, unless in a section
inline constexpr unsigned kNoNegation = 2;   // -noX is an error
inline constexpr unsigned kNeedsValue = 4;   // -X without '=' is an error
inline constexpr unsigned kSecret = 8;       // never shown in the log
inline constexpr unsigned kForTesting = 16;  // shown by -help-debug only
inline constexpr unsigned kReload = 32;      // read again on SIGHUP; everything else needs a restart
}  // namespace trait

struct Setting {
    std::string_view name;
    Type type = Type::text;
    Category category = Category::general;
    std::string_view argument = {};  // what follows '=' in the help
    std::string_view fallback = {};  // used when not set; empty: none, or decided by others (the help says)
    std::string_view help = {};
    unsigned traits = 0;
    Support support = Support::full;
    std::string_view note = {};
    Networks networks = Networks::all;
    Program program = Program::node;
    std::int64_t low = std::numeric_limits<std::int64_t>::min();
    std::int64_t high = std::numeric_limits<std::int64_t>::max();

    [[nodiscard]] constexpr bool is(unsigned bits) const { return (traits & bits) != 0; }
    [[nodiscard]] constexpr bool known_to(Program asked) const {
        return (static_cast<unsigned>(program) & static_cast<unsigned>(asked)) != 0;
    }
};

// All rows, grouped by category, in the order of the help.
const std::vector<Setting>& all_settings();
// The row of this name, or nullptr.
const Setting* find_setting(std::string_view name);
// The known name that is nearest to a mistyped one; nothing when none is near.
std::optional<std::string_view> nearest_name(std::string_view typed, Program program);

std::string_view to_text(Type type);
std::string_view title(Category category);

}  // namespace keel::settings
