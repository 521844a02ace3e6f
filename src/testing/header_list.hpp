// A chain of headers in a vector: the simplest PastHeaders.
#pragma once

#include <vector>

#include "rules/consensus/history.hpp"
#include "rules/primitives/header.hpp"

namespace keel::testing {

// Header i has height first + i. A list that does not start at genesis knows nothing of what is below it: asking for
// that ends the test program.
class HeaderList final : public consensus::PastHeaders {
public:
    explicit HeaderList(primitives::Height first = primitives::Height(0)) : first_(first) {}

    void push(const primitives::Header& header) { push(header, header.hash()); }
    void push(const primitives::Header& header, const primitives::BlockHash& hash) {
        headers_.push_back(header);
        hashes_.push_back(hash);
    }
    void pop() {
        headers_.pop_back();
        hashes_.pop_back();
    }
    [[nodiscard]] const primitives::Header& header(primitives::Height height) const {
        return headers_.at(index(height));
    }

    [[nodiscard]] primitives::Height height() const override {
        return first_ + (static_cast<std::int32_t>(headers_.size()) - 1);
    }
    [[nodiscard]] consensus::HeaderFacts at(primitives::Height height) const override {
        const primitives::Header& header = headers_.at(index(height));
        return {header.version, header.time, header.bits};
    }
    [[nodiscard]] primitives::BlockHash hash(primitives::Height height) const override {
        return hashes_.at(index(height));
    }

private:
    [[nodiscard]] std::size_t index(primitives::Height height) const {
        return static_cast<std::size_t>(height - first_);
    }

    primitives::Height first_;
    std::vector<primitives::Header> headers_;
    std::vector<primitives::BlockHash> hashes_;
};

}  // namespace keel::testing
