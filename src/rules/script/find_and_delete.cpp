#include "rules/script/find_and_delete.hpp"

#include "rules/script/script.hpp"
#include "rules/script/script_builder.hpp"

namespace keel::script {

namespace {

bool starts_with(ByteSpan bytes, ByteSpan prefix) {
    return bytes.size() >= prefix.size() && equal(bytes.first(prefix.size()), prefix);
}

// The script from `position` on, behind all copies of the pattern that follow each other there.
ByteSpan skip_matches(ByteSpan rest, ByteSpan header, ByteSpan data) {
    while (starts_with(rest, header) && starts_with(rest.subspan(header.size()), data)) {
        rest = rest.subspan(header.size() + data.size());
    }
    return rest;
}

}  // namespace

bool ScriptCodeEditor::remove_push_of(ByteSpan data) {
    const PushHeader header(data.size());
    Bytes kept;
    ByteSpan rest = view_;
    ByteSpan pending = view_;  // not yet copied to `kept`
    bool found = false;
    while (true) {
        const ByteSpan behind = skip_matches(rest, header.span(), data);
        if (behind.size() != rest.size()) {
            found = true;
            append(kept, pending.first(pending.size() - rest.size()));
            pending = behind;
            rest = behind;
        }
        ScriptReader reader(rest);
        Op op{};
        if (!reader.next(op)) {
            break;
        }
        rest = rest.subspan(reader.position());
    }
    if (!found) {
        return false;
    }
    append(kept, pending);
    edited_ = std::move(kept);
    view_ = edited_;
    changed_ = true;
    return true;
}

}  // namespace keel::script
