// FindAndDelete: legacy signature operations drop the signatures they check from the script that is signed.
#pragma once

#include "base/bytes.hpp"

namespace keel::script {

// A script code from which pushes have been deleted; the original bytes as long as nothing was found.
class ScriptCodeEditor {
public:
    // `script` must outlive this.
    explicit ScriptCodeEditor(ByteSpan script) : view_(script) {}

    // Deletes every push of exactly this data, with the shortest length prefix, that starts where an operation does.
    // Returns whether there was one. Linear in the script.
    bool remove_push_of(ByteSpan data);

    [[nodiscard]] ByteSpan bytes() const { return view_; }
    [[nodiscard]] bool changed() const { return changed_; }

private:
    ByteSpan view_;
    Bytes edited_;
    bool changed_ = false;
};

}  // namespace keel::script
