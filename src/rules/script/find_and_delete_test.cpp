#include "rules/script/find_and_delete.hpp"

#include <gtest/gtest.h>

#include "base/hex.hpp"

namespace keel::script {
namespace {

struct Case {
    const char* script;
    const char* data;
    const char* result;  // null: nothing found
};

TEST(FindAndDelete, DeletesWholePushesAtOperationBoundaries) {
    const Case cases[] = {
        {"0302ff03", "02ff03", ""},
        {"0302ff030302ff03", "02ff03", ""},
        {"51", "", nullptr},
        // An empty signature is pushed by OP_0.
        {"005100", "", "51"},
        {"0302ff03", "ff", nullptr},
        // Inside another push, or behind a push that swallows its start.
        {"0402010203", "0203", nullptr},
        {"030201ff51", "01", nullptr},
        // Adjacent copies, then what they leave, which may be a new copy, stays.
        {"0201010201015153", "0101", "5153"},
        {"02feed5102feed52", "feed", "5152"},
        // Other lengths of the same data.
        {"4c02feed51", "feed", nullptr},
        // Up to and behind where the script does not parse.
        {"02feed4c", "feed", "4c"},
        {"4c", "feed", nullptr},
        {"", "feed", nullptr},
    };
    for (const Case& c : cases) {
        const Bytes script = *from_hex(c.script);
        ScriptCodeEditor editor(script);
        EXPECT_EQ(editor.remove_push_of(*from_hex(c.data)), c.result != nullptr) << c.script;
        EXPECT_EQ(to_hex(editor.bytes()), c.result != nullptr ? c.result : c.script);
        EXPECT_EQ(editor.changed(), c.result != nullptr);
    }
}

TEST(FindAndDelete, DeletionsAddUp) {
    const Bytes script = *from_hex("02feed5102beef5202feed");
    ScriptCodeEditor editor(script);
    EXPECT_TRUE(editor.remove_push_of(*from_hex("feed")));
    EXPECT_TRUE(editor.remove_push_of(*from_hex("beef")));
    EXPECT_FALSE(editor.remove_push_of(*from_hex("feed")));
    EXPECT_EQ(to_hex(editor.bytes()), "5152");
}

}  // namespace
}  // namespace keel::script
