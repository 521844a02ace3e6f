#include "app/daemon/header_survey.hpp"

#include "engine/headers/accept_header.hpp"

namespace keel::daemon {

using primitives::Header;

store::FileResult<void> HeaderSurvey::read(std::unique_ptr<store::File> file, const store::XorKey& key) {
    store::BlockScanner scanner(std::move(file), params_.magic, key, store::BlockScanner::kHeaderWindow);
    while (!stopping_) {
        KEEL_TRY(const auto header, scanner.next_header());
        if (!header) {
            break;
        }
        take(*header);
    }
    return {};
}

void HeaderSurvey::take(const Header& header) {
    if (tree_.find(header.previous) == nullptr) {
        if (waiting_.size() < kWaitingMax) {
            waiting_.emplace(header.previous, header);
        }
        return;
    }
    std::vector<Header> ready{header};
    while (!ready.empty()) {
        const Header next = ready.back();
        ready.pop_back();
        if (!accept(next)) {
            continue;
        }
        const auto [begin, end] = waiting_.equal_range(next.hash());
        for (auto it = begin; it != end; ++it) {
            ready.push_back(it->second);
        }
        waiting_.erase(begin, end);
    }
}

bool HeaderSurvey::accept(const Header& header) {
    return headers::accept_header(tree_, header, params_, clock_.now().unix).has_value();
}

}  // namespace keel::daemon
