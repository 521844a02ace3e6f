// The values of all settings, gathered from where they can come from, and which of them counts.
//
// Sources by rank: adjustments made by the program, the command line, the configuration file's section of the chosen
// chain, its part before any section. For a single value the highest rank that has one decides: on the command line the
// last, in a configuration file the first. A list is joined from all ranks; a negation drops what the same rank gave
// before it, and all lower ranks unless values follow it on the command line. Settings marked kNetworkOnly ignore the
// part before any section on every chain but main, except for a negation there. All of this is how Bitcoin Core does
// it, so that one bitcoin.conf means the same to both.
//
// Immutable after start; read from any thread.
#pragma once

#include <map>

#include "app/settings/parse.hpp"

namespace keel::settings {

class Values {
public:
    void add_command_line(const std::vector<Assignment>& assignments);
    void add_config(const std::vector<Assignment>& assignments);
    // The section that applies from now on: "main", "test", ..., or a custom network's name. Empty: none.
    void choose_section(std::string section) { section_ = std::move(section); }
    // What one setting implies for another: takes effect unless the user set it. True when it does.
    bool imply(std::string_view name, std::string value);

    // Names must be rows of the table. Without a value from the user, the row's fallback counts.
    [[nodiscard]] bool flag(std::string_view name) const;
    [[nodiscard]] std::optional<bool> find_flag(std::string_view name) const;
    [[nodiscard]] std::int64_t number(std::string_view name) const;
    [[nodiscard]] std::optional<std::int64_t> find_number(std::string_view name) const;
    [[nodiscard]] std::string text(std::string_view name) const;
    [[nodiscard]] std::optional<std::string> find_text(std::string_view name) const;
    [[nodiscard]] std::vector<std::string> list(std::string_view name) const;

    [[nodiscard]] bool is_set(std::string_view name) const { return winner(name, Purpose::value).has_value(); }
    [[nodiscard]] bool is_negated(std::string_view name) const;
    [[nodiscard]] bool on_command_line(std::string_view name) const { return command_line_.contains(name); }
    // -regtest and its like, which ignore a negation on the command line and take the last value of a file.
    [[nodiscard]] bool chooses_chain(std::string_view name) const;
    // Values of this section of the configuration file alone, negations applied.
    [[nodiscard]] std::vector<std::string> section_list(std::string_view section, std::string_view name) const;

    // Network-only settings given only before any section while the chosen chain is not main.
    [[nodiscard]] std::vector<std::string_view> outside_their_section() const;
    // Every assignment whose value check_value() refuses, as sentences.
    [[nodiscard]] std::vector<std::string> invalid() const;
    // One line for each value given, secrets blanked: for the log.
    [[nodiscard]] std::vector<std::string> describe() const;

private:
    using Given = std::map<std::string, std::vector<Value>, std::less<>>;
    enum class Purpose : std::uint8_t { value, chain };
    enum class Rank : std::uint8_t { implied, command_line, section, plain };
    struct Layer {
        Rank rank;
        const std::vector<Value>* values;
    };

    [[nodiscard]] std::vector<Layer> layers(std::string_view name) const;
    [[nodiscard]] std::optional<Value> winner(std::string_view name, Purpose purpose) const;
    [[nodiscard]] bool ignores_plain(std::string_view name) const;

    Given implied_;
    Given command_line_;
    std::map<std::string, Given, std::less<>> config_;  // by section
    std::string section_;
};

}  // namespace keel::settings
