#include <charconv>
#include <limits>

#include "base/hex.hpp"
#include "rules/address/descriptor_node.hpp"
#include "rules/script/script.hpp"
#include "rules/script/taproot.hpp"

namespace keel::address {
namespace {

using Error = Failure<std::string>;
using NodePtr = std::shared_ptr<const DescriptorNode>;
using Parsed = Result<NodePtr, std::string>;
using Prefixes = primitives::AddressPrefixes;

constexpr std::size_t kBareMultisigKeysMax = 3;
constexpr std::size_t kMultisigAKeysMax = 999;

// Takes the expression in front: up to the first comma or closing bracket that belongs to what is around it.
std::string_view take_expression(std::string_view& rest) {
    int level = 0;
    std::size_t end = 0;
    for (; end < rest.size(); ++end) {
        const char c = rest[end];
        if (c == '(' || c == '{') {
            ++level;
        } else if (level > 0 && (c == ')' || c == '}')) {
            --level;
        } else if (level == 0 && (c == ')' || c == '}' || c == ',')) {
            break;
        }
    }
    const std::string_view out = rest.substr(0, end);
    rest.remove_prefix(end);
    return out;
}

bool take_char(std::string_view& rest, char c) {
    if (!rest.starts_with(c)) {
        return false;
    }
    rest.remove_prefix(1);
    return true;
}

// What stands between the brackets of name(...); nothing when `text` is not that.
std::optional<std::string_view> content_of(std::string_view text, std::string_view name) {
    if (text.size() < name.size() + 2 || !text.starts_with(name) || text[name.size()] != '(' || !text.ends_with(')')) {
        return std::nullopt;
    }
    return text.substr(name.size() + 1, text.size() - name.size() - 2);
}

Parsed parse_key_function(Function function, std::string_view content, KeyPlace place, const Prefixes& prefixes) {
    auto key = KeyExpression::parse(content, place, prefixes);
    if (!key) {
        return Error(std::string(name_of(function)) + "(): " + key.error());
    }
    auto out = std::make_shared<DescriptorNode>();
    out->function = function;
    out->keys.push_back(*std::move(key));
    out->xonly = place == KeyPlace::taproot;
    return out;
}

Result<void, std::string> check_multi(const DescriptorNode& node, Place place) {
    const std::size_t count = node.keys.size();
    const std::string shown = std::to_string(count);
    const bool tapscript = place == Place::p2tr;
    const std::size_t most = tapscript ? kMultisigAKeysMax : script::kMultisigKeysMax;
    if (count < 1 || count > most) {
        return Error("Cannot have " + shown + " keys in " + (tapscript ? "multi_a" : "multisig") +
                     "; must have between 1 and " + std::to_string(most) + " keys, inclusive");
    }
    if (node.threshold < 1) {
        return Error("Multisig threshold cannot be 0, must be at least 1");
    }
    if (node.threshold > count) {
        return Error("Multisig threshold cannot be larger than the number of keys; threshold is " +
                     std::to_string(node.threshold) + " but only " + shown + " keys specified");
    }
    if (place == Place::top && count > kBareMultisigKeysMax) {
        return Error("Cannot have " + shown + " pubkeys in bare multisig; only at most 3 pubkeys");
    }
    if (place == Place::p2sh) {
        std::size_t size = 3;
        for (const KeyExpression& key : node.keys) {
            size += key.key_size() + 1;
        }
        if (size > script::kElementSizeMax) {
            return Error("P2SH script is too large, " + std::to_string(size) + " bytes is larger than " +
                         std::to_string(script::kElementSizeMax) + " bytes");
        }
    }
    return {};
}

Parsed parse_multi(Function function, std::string_view content, Place place, const Prefixes& prefixes) {
    const std::string_view digits = take_expression(content);
    auto out = std::make_shared<DescriptorNode>();
    out->function = function;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out->threshold);
    if (error != std::errc() || end != digits.data() + digits.size()) {
        return Error("Multi threshold '" + std::string(digits) + "' is not valid");
    }
    while (!content.empty()) {
        if (!take_char(content, ',')) {
            return Error("Multi: expected ',', got '" + std::string(1, content[0]) + "'");
        }
        auto key = KeyExpression::parse(take_expression(content), key_place(place), prefixes);
        if (!key) {
            return Error("Multi: " + key.error());
        }
        out->keys.push_back(*std::move(key));
    }
    KEEL_CHECK(check_multi(*out, place));
    return out;
}

// {left,right} or a script, with all that is below it.
Result<void, std::string> parse_tree(std::string_view& rest, std::size_t depth, DescriptorNode& out,
                                     const Prefixes& prefixes) {
    if (!take_char(rest, '{')) {
        KEEL_TRY(auto leaf, parse_node(take_expression(rest), Place::p2tr, prefixes));
        out.subs.push_back(std::move(leaf));
        out.depths.push_back(static_cast<std::uint8_t>(depth));
        return {};
    }
    if (depth + 1 > script::kControlNodesMax) {
        return Error("tr() supports at most " + std::to_string(script::kControlNodesMax) + " nesting levels");
    }
    KEEL_CHECK(parse_tree(rest, depth + 1, out, prefixes));
    if (!take_char(rest, ',')) {
        return Error("tr(): expected ',' after script expression");
    }
    KEEL_CHECK(parse_tree(rest, depth + 1, out, prefixes));
    if (!take_char(rest, '}')) {
        return Error("tr(): expected '}' after script expression");
    }
    return {};
}

Parsed parse_taproot(std::string_view content, const Prefixes& prefixes) {
    auto key = KeyExpression::parse(take_expression(content), KeyPlace::taproot, prefixes);
    if (!key) {
        return Error("tr(): " + key.error());
    }
    auto out = std::make_shared<DescriptorNode>();
    out->function = Function::tr;
    out->keys.push_back(*std::move(key));
    if (!content.empty()) {
        if (!take_char(content, ',')) {
            return Error("tr: expected ',', got '" + std::string(1, content[0]) + "'");
        }
        KEEL_CHECK(parse_tree(content, 0, *out, prefixes));
        if (!content.empty()) {
            return Error("tr(): expected ')' after script expression");
        }
    }
    return out;
}

Parsed parse_wrapper(Function function, std::string_view content, Place inside, const Prefixes& prefixes) {
    KEEL_TRY(auto sub, parse_node(content, inside, prefixes));
    auto out = std::make_shared<DescriptorNode>();
    out->function = function;
    out->subs.push_back(std::move(sub));
    return out;
}

Parsed parse_fixed(Function function, std::string_view content, const Prefixes& prefixes) {
    auto out = std::make_shared<DescriptorNode>();
    out->function = function;
    if (function == Function::addr) {
        const auto destination = decode_address(content, prefixes);
        if (!destination) {
            return Error("Address is not valid");
        }
        out->script = script_of(*destination);
        return out;
    }
    auto script = from_hex(content);
    if (!script) {
        return Error("Raw script is not hex");
    }
    out->script = std::move(*script);
    return out;
}

Parsed parse_rawtr(std::string_view content, const Prefixes& prefixes) {
    const std::string_view key = take_expression(content);
    if (!content.empty()) {
        return Error("rawtr(): only one key expected.");
    }
    return parse_key_function(Function::rawtr, key, KeyPlace::taproot, prefixes);
}

// Where each function may stand, and the sentence for elsewhere (none: the text is then read as something else).
struct Rule {
    Function function;
    bool top;
    bool p2sh;
    bool p2wsh;
    bool p2tr;
    const char* elsewhere;
};
constexpr const char* kMultiPlace = "Can only have multi/sortedmulti at top level, in sh(), or in wsh()";
constexpr const char* kMultiAPlace = "Can only have multi_a/sortedmulti_a inside tr()";
constexpr Rule kRules[] = {
    {Function::pk, true, true, true, true, nullptr},
    {Function::pkh, true, true, true, false, nullptr},
    {Function::combo, true, false, false, false, "Can only have combo() at top level"},
    {Function::multi, true, true, true, false, kMultiPlace},
    {Function::sortedmulti, true, true, true, false, kMultiPlace},
    {Function::multi_a, false, false, false, true, kMultiAPlace},
    {Function::sortedmulti_a, false, false, false, true, kMultiAPlace},
    {Function::wpkh, true, true, false, false, "Can only have wpkh() at top level or inside sh()"},
    {Function::sh, true, false, false, false, "Can only have sh() at top level"},
    {Function::wsh, true, true, false, false, "Can only have wsh() at top level or inside sh()"},
    {Function::addr, true, false, false, false, "Can only have addr() at top level"},
    {Function::tr, true, false, false, false, "Can only have tr at top level"},
    {Function::rawtr, true, false, false, false, "Can only have rawtr at top level"},
    {Function::raw, true, false, false, false, "Can only have raw() at top level"},
};

bool allows(const Rule& rule, Place place) {
    switch (place) {
        case Place::top: return rule.top;
        case Place::p2sh: return rule.p2sh;
        case Place::p2wsh: return rule.p2wsh;
        case Place::p2tr: return rule.p2tr;
    }
    return false;
}

Parsed parse_function(Function function, std::string_view content, Place place, const Prefixes& prefixes) {
    switch (function) {
        case Function::pk:
        case Function::pkh:
        case Function::combo: return parse_key_function(function, content, key_place(place), prefixes);
        case Function::wpkh: return parse_key_function(function, content, KeyPlace::witness, prefixes);
        case Function::multi:
        case Function::sortedmulti:
        case Function::multi_a:
        case Function::sortedmulti_a: return parse_multi(function, content, place, prefixes);
        case Function::sh: return parse_wrapper(function, content, Place::p2sh, prefixes);
        case Function::wsh: return parse_wrapper(function, content, Place::p2wsh, prefixes);
        case Function::tr: return parse_taproot(content, prefixes);
        case Function::rawtr: return parse_rawtr(content, prefixes);
        case Function::addr:
        case Function::raw: break;
    }
    return parse_fixed(function, content, prefixes);
}

// ---- <a;b> ----

struct Choice {
    std::size_t begin;  // of '<'
    std::size_t end;    // behind '>'
    std::vector<std::string_view> values;
};

Result<Choice, std::string> choice_at(std::string_view text, std::size_t begin) {
    const std::size_t close = text.find('>', begin);
    if (close == std::string_view::npos) {
        return Error("Key path value '" + std::string(text.substr(begin)) + "' is not a valid uint32");
    }
    Choice out{begin, close + 1, {}};
    std::string_view rest = text.substr(begin + 1, close - begin - 1);
    for (;;) {
        const std::size_t end = rest.find(';');
        const std::string_view value = rest.substr(0, end);
        if (std::ranges::find(out.values, value) != out.values.end()) {
            return Error("Duplicated key path value " + std::string(value) + " in multipath specifier");
        }
        out.values.push_back(value);
        if (end == std::string_view::npos) {
            break;
        }
        rest.remove_prefix(end + 1);
    }
    if (out.values.size() < 2) {
        return Error("Multipath key path specifiers must have at least two items");
    }
    return out;
}

// Whether two choices belong to the same key.
bool in_one_key(std::string_view text, const Choice& first, const Choice& second) {
    return text.substr(first.end, second.begin - first.end).find_first_of(",(){}") == std::string_view::npos;
}

// The texts with every choice made, first all first values, and so on.
Result<std::vector<std::string>, std::string> choose(std::string_view text) {
    std::vector<Choice> choices;
    for (std::size_t at = text.find('<'); at != std::string_view::npos; at = text.find('<', choices.back().end)) {
        KEEL_TRY(Choice choice, choice_at(text, at));
        if (!choices.empty() && in_one_key(text, choices.back(), choice)) {
            return Error("Multiple multipath key path specifiers found");
        }
        if (!choices.empty() && choices.front().values.size() != choice.values.size()) {
            return Error("multi(): Multipath derivation paths have mismatched lengths");
        }
        choices.push_back(std::move(choice));
    }
    std::vector<std::string> out;
    const std::size_t count = choices.empty() ? 1 : choices.front().values.size();
    for (std::size_t i = 0; i < count; ++i) {
        std::string chosen;
        std::size_t done = 0;
        for (const Choice& choice : choices) {
            chosen += text.substr(done, choice.begin - done);
            chosen += choice.values[i];
            done = choice.end;
        }
        out.push_back(chosen += text.substr(done));
    }
    return out;
}

Result<std::string_view, std::string> without_checksum(std::string_view text, Checksum checksum) {
    const std::size_t hash = text.find('#');
    const std::string_view body = text.substr(0, hash);
    const bool given = hash != std::string_view::npos;
    const std::string_view found = given ? text.substr(hash + 1) : std::string_view();
    if (found.find('#') != std::string_view::npos) {
        return Error("Multiple '#' symbols");
    }
    if (!given && checksum == Checksum::required) {
        return Error("Missing checksum");
    }
    if (given && found.size() != 8) {
        return Error("Expected 8 character checksum, not " + std::to_string(found.size()) + " characters");
    }
    const std::string computed = descriptor_checksum(body);
    if (computed.empty()) {
        return Error("Invalid characters in payload");
    }
    if (given && found != computed) {
        return Error("Provided checksum '" + std::string(found) + "' does not match computed checksum '" + computed +
                     "'");
    }
    return body;
}

}  // namespace

KeyPlace key_place(Place place) {
    return place == Place::p2tr ? KeyPlace::taproot : place == Place::p2wsh ? KeyPlace::witness : KeyPlace::legacy;
}

Result<NodePtr, std::string> parse_node(std::string_view text, Place place, const Prefixes& prefixes) {
    for (const Rule& rule : kRules) {
        const auto content = content_of(text, name_of(rule.function));
        if (!content) {
            continue;
        }
        if (allows(rule, place)) {
            return parse_function(rule.function, *content, place, prefixes);
        }
        if (rule.elsewhere != nullptr) {
            return Error(std::string(rule.elsewhere));
        }
    }
    if (place == Place::p2sh) {
        return Error("A function is needed within P2SH");
    }
    if (place == Place::p2wsh) {
        return Error("A function is needed within P2WSH");
    }
    return Error("'" + std::string(text) + "' is not a valid descriptor function");
}

Result<std::vector<Descriptor>, DescriptorError> Descriptor::parse(std::string_view text, const Prefixes& prefixes,
                                                                   Checksum checksum) {
    const auto refuse = [](std::string why) { return Failure<DescriptorError>(DescriptorError{std::move(why)}); };
    const auto body = without_checksum(text, checksum);
    if (!body) {
        return refuse(body.error());
    }
    const auto chosen = choose(*body);
    if (!chosen) {
        return refuse(chosen.error());
    }
    std::vector<Descriptor> out;
    for (const std::string& one : *chosen) {
        auto node = parse_node(one, Place::top, prefixes);
        if (!node) {
            return refuse(node.error());
        }
        out.emplace_back(*std::move(node));
    }
    return out;
}

}  // namespace keel::address
