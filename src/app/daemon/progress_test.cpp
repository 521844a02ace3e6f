#include "app/daemon/progress.hpp"

#include <gtest/gtest.h>

namespace keel::daemon {
namespace {

using validation::Stage;

constexpr std::int64_t kSecond = 1'000'000'000;

Snapshot begin() {
    Snapshot out;
    out.headers = 2000;
    return out;
}

TEST(Progress, LineShowsHeightSpeedTimeAndBottleneck) {
    Snapshot now = begin();
    now.nanoseconds = 10 * kSecond;
    now.height = 1500;
    now.blocks = 1000;
    now.inputs = 1'234'560;
    now.validation = {kSecond, 8 * kSecond, kSecond};
    now.stages[static_cast<std::size_t>(Stage::scripts)] = 9 * kSecond;
    EXPECT_EQ(progress_line(begin(), now),
              "Height 1,500 of 2,000; 100 blocks/s, 123,456 inputs/s; 5 s left; limited by scripts.");
}

TEST(Progress, AnImportMeasuresItsFiles) {
    Snapshot now = begin();
    now.importing = true;
    now.nanoseconds = kSecond;
    now.height = 7;
    now.headers = 7;
    now.blocks = 7;
    now.import.bytes = 1'000'000;
    now.import.total_bytes = 601'000'000;
    now.validation = {0, 0, kSecond};
    EXPECT_EQ(progress_line(begin(), now), "Height 7; 7 blocks/s, 0 inputs/s; 10 min left; limited by files.");
}

TEST(Progress, ABreakdownNamesEveryStage) {
    Snapshot now = begin();
    now.nanoseconds = 4 * kSecond;
    now.import.total_bytes = 1;
    now.stages[static_cast<std::size_t>(Stage::flush)] = kSecond;
    const std::string text = breakdown(begin(), now);
    for (std::size_t i = 0; i < validation::kStageCount; ++i) {
        EXPECT_NE(text.find(validation::to_string(static_cast<Stage>(i))), std::string::npos) << i;
    }
    EXPECT_NE(text.find("1.00 s  25 %"), std::string::npos) << text;
    EXPECT_NE(text.find("parsing and checking"), std::string::npos);
}

}  // namespace
}  // namespace keel::daemon
