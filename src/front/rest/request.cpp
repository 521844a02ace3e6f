#include "front/rest/request.hpp"

#include <algorithm>
#include <charconv>

#include "base/hex.hpp"

namespace keel::rest {
namespace {

constexpr std::string_view kNoStore = "no-store";
constexpr std::string_view kImmutable = "public, immutable, max-age=86400";

std::string unescaped(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto code = text[i] == '%' && i + 2 < text.size() ? from_hex(text.substr(i + 1, 2)) : std::nullopt;
        if (code) {
            out += static_cast<char>((*code)[0]);
            i += 2;
        } else {
            out += text[i] == '+' ? ' ' : text[i];
        }
    }
    return out;
}

Format format_of(std::string_view suffix) {
    return suffix == "bin"    ? Format::binary
           : suffix == "hex"  ? Format::hex
           : suffix == "json" ? Format::json
                              : Format::none;
}

std::string lifetime_text(Lifetime lifetime) {
    return std::string(lifetime == Lifetime::immutable ? kImmutable : kNoStore);
}

}  // namespace

std::vector<std::string_view> Path::parts() const {
    std::vector<std::string_view> out;
    std::string_view rest = text;
    for (;;) {
        const std::size_t slash = rest.find('/');
        out.push_back(rest.substr(0, slash));
        if (slash == std::string_view::npos) {
            return out;
        }
        rest.remove_prefix(slash + 1);
    }
}

std::optional<std::string> Path::parameter(std::string_view name) const {
    std::string_view rest = query;
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find('&'), rest.size());
        const std::string_view pair = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        const std::size_t equals = pair.find('=');
        if (unescaped(pair.substr(0, equals)) == name) {
            return equals == std::string_view::npos ? std::string() : unescaped(pair.substr(equals + 1));
        }
    }
    return std::nullopt;
}

Path parse_path(std::string_view rest_of_target) {
    Path out;
    const std::size_t question = rest_of_target.find('?');
    out.text = rest_of_target.substr(0, question);
    if (question != std::string_view::npos) {
        out.query = rest_of_target.substr(question + 1);
    }
    const std::size_t dot = out.text.rfind('.');
    if (dot != std::string_view::npos) {
        out.format = format_of(out.text.substr(dot + 1));
    }
    if (out.format != Format::none) {
        out.text = out.text.substr(0, dot);
    }
    return out;
}

std::optional<std::uint64_t> parse_count(std::string_view text) {
    std::uint64_t out = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    return error == std::errc() && end == text.data() + text.size() ? std::optional(out) : std::nullopt;
}

std::optional<RawHash> parse_hash(std::string_view text) { return hash_from_hex<RawHash>(text); }

Reply error(int status, std::string_view message) {
    return {status, "text/plain", std::string(kNoStore), std::string(message) + "\r\n"};
}

Reply no_such_format(std::string_view available) {
    return error(404, "output format not found (available: " + std::string(available) + ")");
}

Reply json_reply(std::string json, Lifetime lifetime) {
    return {200, "application/json", lifetime_text(lifetime), std::move(json += '\n')};
}

Reply bytes_reply(ByteSpan bytes, Format format, Lifetime lifetime) {
    if (format == Format::hex) {
        return {200, "text/plain", lifetime_text(lifetime), to_hex(bytes) + "\n"};
    }
    return {200, "application/octet-stream", lifetime_text(lifetime), std::string(as_text(bytes))};
}

std::string sanitized(std::string_view text) {
    constexpr std::string_view kAllowed =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!*'();:@&=+$,/?#[]-_.~%";
    std::string out;
    std::ranges::copy_if(text, std::back_inserter(out),
                         [&](char c) { return kAllowed.find(c) != std::string_view::npos; });
    return out;
}

}  // namespace keel::rest
