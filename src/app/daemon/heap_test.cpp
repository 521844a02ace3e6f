#include "app/daemon/heap.hpp"

#include <gtest/gtest.h>

namespace keel::daemon {
namespace {

TEST(HeapTrimmer, TrimsOnceAfterEachTimeOfWork) {
    HeapTrimmer trimmer;
    const SteadyTime begin{seconds(1000)};
    EXPECT_FALSE(trimmer.look(0, begin)) << "nothing was done yet";
    EXPECT_FALSE(trimmer.look(5, begin));
    EXPECT_FALSE(trimmer.look(6, begin + seconds(20)));
    EXPECT_FALSE(trimmer.look(6, begin + seconds(49)));
    EXPECT_TRUE(trimmer.look(6, begin + seconds(50)));
    EXPECT_FALSE(trimmer.look(6, begin + seconds(500)));
    EXPECT_FALSE(trimmer.look(7, begin + seconds(501)));
    EXPECT_TRUE(trimmer.look(7, begin + seconds(600)));
}

}  // namespace
}  // namespace keel::daemon
