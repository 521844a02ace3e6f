#include "app/settings/values.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "base/logger.hpp"

namespace keel::settings {
namespace {

const Setting& row(std::string_view name) {
    const Setting* found = find_setting(name);
    KEEL_ASSERT(found != nullptr);
    return *found;
}

// The values that the last negation did not drop.
std::span<const Value> standing(const std::vector<Value>& values) {
    const auto last = std::ranges::find_if(values.rbegin(), values.rend(), &Value::negated);
    return {last.base(), values.end()};
}

bool ends_negated(const std::vector<Value>& values) { return !values.empty() && values.back().negated(); }

bool truth(const Value& value) {
    const std::string text = value.as_text();
    return text.empty() || to_number(text).value_or(0) != 0;
}

std::string shown(const Setting& setting, const Value& value) {
    if (setting.is(trait::kSecret)) {
        return "****";
    }
    switch (value.kind) {
        case Value::Kind::no: return "false";
        case Value::Kind::yes: return "true";
        case Value::Kind::text: break;
    }
    return concat("\"", value.text, "\"");
}

}  // namespace

void Values::add_command_line(const std::vector<Assignment>& assignments) {
    for (const Assignment& assignment : assignments) {
        command_line_[std::string(assignment.setting->name)].push_back(assignment.value);
    }
}

void Values::add_config(const std::vector<Assignment>& assignments) {
    for (const Assignment& assignment : assignments) {
        config_[assignment.section][std::string(assignment.setting->name)].push_back(assignment.value);
    }
}

bool Values::imply(std::string_view name, std::string value) {
    if (is_set(name)) {
        return false;
    }
    implied_[std::string(row(name).name)] = {Value{Value::Kind::text, std::move(value)}};
    return true;
}

std::vector<Values::Layer> Values::layers(std::string_view name) const {
    std::vector<Layer> out;
    const auto add = [&](Rank rank, const Given& given) {
        if (const auto found = given.find(name); found != given.end()) {
            out.push_back({rank, &found->second});
        }
    };
    add(Rank::implied, implied_);
    add(Rank::command_line, command_line_);
    if (const auto section = config_.find(section_); !section_.empty() && section != config_.end()) {
        add(Rank::section, section->second);
    }
    if (const auto plain = config_.find(""); plain != config_.end()) {
        add(Rank::plain, plain->second);
    }
    return out;
}

bool Values::ignores_plain(std::string_view name) const {
    return row(name).is(trait::kNetworkOnly) && section_ != "main";
}

std::optional<Value> Values::winner(std::string_view name, Purpose purpose) const {
    for (const auto& [rank, values] : layers(name)) {
        const bool from_file = rank == Rank::section || rank == Rank::plain;
        if (rank == Rank::plain && ignores_plain(name) && !ends_negated(*values)) {
            continue;
        }
        if (ends_negated(*values)) {
            if (purpose == Purpose::chain) {
                continue;
            }
            return Value{Value::Kind::no, {}};
        }
        if (const auto usable = standing(*values); !usable.empty()) {
            return from_file && purpose == Purpose::value ? usable.front() : usable.back();
        }
    }
    return std::nullopt;
}

std::optional<bool> Values::find_flag(std::string_view name) const {
    const auto value = winner(name, Purpose::value);
    return value ? std::optional(truth(*value)) : std::nullopt;
}

bool Values::flag(std::string_view name) const { return find_flag(name).value_or(row(name).fallback == "1"); }

bool Values::chooses_chain(std::string_view name) const {
    const auto value = winner(name, Purpose::chain);
    return value && truth(*value);
}

std::optional<std::int64_t> Values::find_number(std::string_view name) const {
    const auto value = winner(name, Purpose::value);
    return value ? to_number(value->as_text()) : std::nullopt;
}

std::int64_t Values::number(std::string_view name) const {
    return find_number(name).value_or(to_number(row(name).fallback).value_or(0));
}

std::optional<std::string> Values::find_text(std::string_view name) const {
    const auto value = winner(name, Purpose::value);
    return value ? std::optional(value->as_text()) : std::nullopt;
}

std::string Values::text(std::string_view name) const {
    return find_text(name).value_or(std::string(row(name).fallback));
}

std::vector<std::string> Values::list(std::string_view name) const {
    std::vector<std::string> out;
    bool complete = false;  // a negation seen: lower ranks do not count
    bool cleared = false;   // ... and no value followed it
    for (const auto& [rank, values] : layers(name)) {
        const bool from_file = rank == Rank::section || rank == Rank::plain;
        if (rank == Rank::plain && ignores_plain(name)) {
            continue;
        }
        const auto usable = standing(*values);
        if (!complete || (from_file && !cleared)) {
            std::ranges::transform(usable, std::back_inserter(out), &Value::as_text);
        }
        complete = complete || usable.size() < values->size() || rank == Rank::implied;
        cleared = cleared || (ends_negated(*values) && out.empty());
    }
    return out;
}

bool Values::is_negated(std::string_view name) const {
    const auto value = winner(name, Purpose::value);
    return value && value->negated();
}

std::vector<std::string> Values::section_list(std::string_view section, std::string_view name) const {
    std::vector<std::string> out;
    const auto given = config_.find(section);
    if (given == config_.end()) {
        return out;
    }
    if (const auto values = given->second.find(name); values != given->second.end()) {
        std::ranges::transform(standing(values->second), std::back_inserter(out), &Value::as_text);
    }
    return out;
}

std::vector<std::string_view> Values::outside_their_section() const {
    std::vector<std::string_view> out;
    for (const Setting& setting : all_settings()) {
        if (!setting.is(trait::kNetworkOnly) || section_.empty() || section_ == "main") {
            continue;
        }
        bool plain = false;
        bool elsewhere = false;
        for (const auto& [rank, values] : layers(setting.name)) {
            const bool any = !standing(*values).empty();
            plain = plain || (any && rank == Rank::plain);
            elsewhere = elsewhere || (any && rank != Rank::plain);
        }
        if (plain && !elsewhere) {
            out.push_back(setting.name);
        }
    }
    std::ranges::sort(out);
    return out;
}

std::vector<std::string> Values::invalid() const {
    std::vector<std::string> out;
    const auto check = [&](const Setting& setting, const Layer& layer) {
        for (const Value& value : standing(*layer.values)) {
            if (auto wrong = check_value(setting, value)) {
                out.push_back(std::move(*wrong));
            }
        }
    };
    for (const Setting& setting : all_settings()) {
        for (const Layer& layer : layers(setting.name)) {
            check(setting, layer);
        }
    }
    return out;
}

std::vector<std::string> Values::describe() const {
    std::vector<std::string> out;
    const auto add = [&](std::string_view prefix, const Given& given) {
        for (const auto& [name, values] : given) {
            for (const Value& value : values) {
                out.push_back(concat(prefix, name, "=", shown(row(name), value)));
            }
        }
    };
    for (const auto& [section, given] : config_) {
        add(section.empty() ? "Config file arg: " : concat("Config file arg: [", section, "] "), given);
    }
    add("Command-line arg: ", command_line_);
    return out;
}

}  // namespace keel::settings
