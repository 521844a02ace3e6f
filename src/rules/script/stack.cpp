#include "rules/script/stack.hpp"

#include "rules/script/script_number.hpp"

namespace keel::script {

void Stack::push_number(std::int64_t value) { push_copy(EncodedNumber(value).span()); }

void Stack::push_bool(bool value) {
    static constexpr std::array kTrue{std::byte{1}};
    push_view(ByteSpan(kTrue).first(value ? 1 : 0));
}

void Stack::roll(std::size_t depth) {
    KEEL_ASSERT(depth < items_.size());
    std::rotate(items_.end() - static_cast<std::ptrdiff_t>(depth) - 1,
                items_.end() - static_cast<std::ptrdiff_t>(depth), items_.end());
}

void Stack::erase(std::size_t depth) {
    KEEL_ASSERT(depth < items_.size());
    items_.erase(items_.end() - static_cast<std::ptrdiff_t>(depth) - 1);
}

void Stack::insert(std::size_t depth, Element element) {
    KEEL_ASSERT(depth <= items_.size());
    items_.insert(items_.end() - static_cast<std::ptrdiff_t>(depth), element);
}

}  // namespace keel::script
