// Deliberate variation, and proof that it reached something.
//
// Buggify: a place where the world may legally behave unusually asks maybe("its name"). In each world a site is either
// awake or asleep, decided by the seed; only awake ones fire, with the odds they name. So a world has a character
// instead of a little of everything.
//
// Probes: rare paths worth reaching are counted by name. After many seeds a report says which of kProbes were never
// hit: those are what the tests do not test.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/rng.hpp"

namespace keel::sim {

class Buggify {
public:
    explicit Buggify(Rng rng, bool enabled) : rng_(std::move(rng)), enabled_(enabled) {}

    // True in `one_in` of the calls, if the site is awake in this world.
    bool maybe(std::string_view site, std::uint64_t one_in);
    // Is the site awake? For variation of settings, decided once.
    bool awake(std::string_view site);
    // No site fires any more: the world heals.
    void disable() { enabled_ = false; }

private:
    Rng rng_;
    bool enabled_;
    std::map<std::string, bool, std::less<>> sites_;
};

// Every probe there is.
std::span<const std::string_view> all_probes();

class Probes {
public:
    // `name` must be one of all_probes().
    void hit(std::string_view name);
    void add(const Probes& other);
    [[nodiscard]] std::uint64_t count(std::string_view name) const;
    [[nodiscard]] std::vector<std::string> never_hit() const;

private:
    std::map<std::string, std::uint64_t, std::less<>> counts_;
};

}  // namespace keel::sim
