#include "rules/script/flags.hpp"

#include <algorithm>
#include <array>

namespace keel::script {

namespace {

constexpr std::array<std::string_view, kFlagCount> kNames{
    "P2SH",
    "STRICTENC",
    "DERSIG",
    "LOW_S",
    "NULLDUMMY",
    "SIGPUSHONLY",
    "MINIMALDATA",
    "DISCOURAGE_UPGRADABLE_NOPS",
    "CLEANSTACK",
    "CHECKLOCKTIMEVERIFY",
    "CHECKSEQUENCEVERIFY",
    "WITNESS",
    "DISCOURAGE_UPGRADABLE_WITNESS_PROGRAM",
    "MINIMALIF",
    "NULLFAIL",
    "WITNESS_PUBKEYTYPE",
    "CONST_SCRIPTCODE",
    "TAPROOT",
    "DISCOURAGE_UPGRADABLE_TAPROOT_VERSION",
    "DISCOURAGE_OP_SUCCESS",
    "DISCOURAGE_UPGRADABLE_PUBKEYTYPE",
};

}  // namespace

std::string_view name(Flag flag) { return kNames[static_cast<std::size_t>(flag)]; }

std::optional<Flags> Flags::parse(std::string_view names) {
    Flags out;
    if (names.empty() || names == "NONE") {
        return out;
    }
    while (true) {
        const std::size_t comma = names.find(',');
        const auto* const found = std::ranges::find(kNames, names.substr(0, comma));
        if (found == kNames.end()) {
            return std::nullopt;
        }
        out |= static_cast<Flag>(found - kNames.begin());
        if (comma == std::string_view::npos) {
            return out;
        }
        names.remove_prefix(comma + 1);
    }
}

std::string to_string(Flags flags) {
    std::string out;
    for (std::size_t i = 0; i < kFlagCount; ++i) {
        const auto flag = static_cast<Flag>(i);
        if (flags.has(flag)) {
            out += out.empty() ? "" : ",";
            out += name(flag);
        }
    }
    return out.empty() ? "NONE" : out;
}

}  // namespace keel::script
