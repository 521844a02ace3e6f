// The interpreter's stack.
//
// An element is either a view of bytes that outlive the execution (the transaction, the spent output) or up to 32 bytes
// of its own: no operation of today's script makes longer values than a hash. So pushing, copying and reordering never
// allocate, apart from the stack's own array.
#pragma once

#include <vector>

#include "base/assert.hpp"
#include "base/bytes.hpp"

namespace keel::script {

class Element {
public:
    static constexpr std::size_t kOwnedMax = 32;

    static Element view(ByteSpan bytes) {
        Element out;
        out.data_ = bytes.data();
        out.size_ = bytes.size();
        return out;
    }
    static Element copy(ByteSpan bytes) {
        KEEL_ASSERT(bytes.size() <= kOwnedMax);
        Element out;
        out.size_ = bytes.size();
        std::ranges::copy(bytes, out.owned_.begin());
        return out;
    }

    [[nodiscard]] ByteSpan bytes() const { return {data_ != nullptr ? data_ : owned_.data(), size_}; }

private:
    Element() = default;

    const std::byte* data_ = nullptr;  // null: the bytes are in owned_
    std::size_t size_ = 0;
    std::array<std::byte, kOwnedMax> owned_{};
};

// Callers check size() before they ask for elements: KEEL_ASSERT here only guards against our own mistakes.
class Stack {
public:
    Stack() { items_.reserve(kReserved); }

    [[nodiscard]] std::size_t size() const { return items_.size(); }
    [[nodiscard]] bool empty() const { return items_.empty(); }

    // The bytes of the element `depth` below the top (0 is the top). Invalidated by any change of the stack.
    [[nodiscard]] ByteSpan peek(std::size_t depth = 0) const { return at(depth).bytes(); }
    [[nodiscard]] const Element& at(std::size_t depth) const {
        KEEL_ASSERT(depth < items_.size());
        return items_[items_.size() - 1 - depth];
    }

    void push(Element element) { items_.push_back(element); }
    void push_view(ByteSpan bytes) { push(Element::view(bytes)); }
    void push_copy(ByteSpan bytes) { push(Element::copy(bytes)); }
    void push_number(std::int64_t value);
    // Empty for false, one byte for true.
    void push_bool(bool value);

    void pop(std::size_t count = 1) {
        KEEL_ASSERT(count <= items_.size());
        items_.resize(items_.size() - count, Element::view({}));
    }
    Element take() {
        const Element top = at(0);
        pop();
        return top;
    }
    void swap(std::size_t depth_a, std::size_t depth_b) { std::swap(slot(depth_a), slot(depth_b)); }
    // Moves the element at `depth` to the top; those above it sink by one.
    void roll(std::size_t depth);
    void erase(std::size_t depth);
    // Puts an element under the topmost `depth` ones.
    void insert(std::size_t depth, Element element);
    // Keeps the lowest `size` elements.
    void shrink(std::size_t size) { pop(items_.size() - size); }

private:
    static constexpr std::size_t kReserved = 16;

    Element& slot(std::size_t depth) {
        KEEL_ASSERT(depth < items_.size());
        return items_[items_.size() - 1 - depth];
    }

    std::vector<Element> items_;
};

}  // namespace keel::script
