#include "app/daemon/reply_table.hpp"

#include <memory>

#include <gtest/gtest.h>

namespace keel::daemon {
namespace {

TEST(ReplyTable, EachTicketIsAnsweredOnce) {
    ReplyTable<int> table;
    int got = 0;
    const auto ticket = table.file([&](int value) { got += value; });
    table.answer(ticket + 1, 100);
    table.answer(ticket, 5);
    table.answer(ticket, 7);
    EXPECT_EQ(got, 5);
}

TEST(ReplyTable, ClosingDropsWhatIsOpenAndWhatComesLater) {
    ReplyTable<int> table;
    const auto held = std::make_shared<int>(0);
    const auto before = table.file([held](int) { ++*held; });
    EXPECT_EQ(held.use_count(), 2);
    table.close();
    EXPECT_EQ(held.use_count(), 1);
    const auto after = table.file([held](int) { ++*held; });
    EXPECT_EQ(held.use_count(), 1);
    table.answer(before, 1);
    table.answer(after, 1);
    EXPECT_EQ(*held, 0);
}

}  // namespace
}  // namespace keel::daemon
