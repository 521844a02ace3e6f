// Difficulty and chain work of main against tables that other software published, from genesis to 2025.
#include <map>

#include <gtest/gtest.h>

#include "base/assert.hpp"
#include "base/hex.hpp"
#include "chain_data.hpp"
#include "rules/consensus/header_rules.hpp"
#include "testing/data.hpp"
#include "testing/data_json.hpp"

namespace keel::conformance {
namespace {

using consensus::ChainWork;
using consensus::HeaderFacts;
using primitives::BlockHash;
using primitives::CompactTarget;
using primitives::Header;
using primitives::Height;
using primitives::Params;

// Knows a few headers of a long chain.
class SparsePast final : public consensus::PastHeaders {
public:
    explicit SparsePast(Height height) : height_(height) {}
    void know(Height height, const HeaderFacts& facts) { known_[height] = facts; }

    [[nodiscard]] Height height() const override { return height_; }
    [[nodiscard]] HeaderFacts at(Height height) const override { return known_.at(height); }
    [[nodiscard]] BlockHash hash(Height) const override { return {}; }

private:
    Height height_;
    std::map<Height, HeaderFacts> known_;
};

HeaderFacts facts_of(const Header& header) { return {header.version, header.time, header.bits}; }

// One retarget: the first and last header of the period before, and the first of the new one.
struct Retarget {
    Height height;
    Header first;
    Header last;
    Header next;
    U256 work_before;  // of the chain up to `last`
    U256 work;         // up to `next`
};

std::vector<std::string> split(const std::string& line, char separator) {
    std::vector<std::string> out(1);
    for (const char c : line) {
        if (c == separator) {
            out.emplace_back();
        } else {
            out.back() += c;
        }
    }
    return out;
}

std::vector<Retarget> load_retargets() {
    std::vector<Retarget> rows;
    for (const std::string& line : testing::read_lines(*testing::data_path("tables/mainnet-retargets.csv"))) {
        if (line.empty() || line.starts_with('#')) {
            continue;
        }
        const std::vector<std::string> cells = split(line, ',');
        KEEL_ASSERT(cells.size() == 6);
        rows.push_back({Height(std::stoi(cells[0])), parse_header_hex(cells[1]), parse_header_hex(cells[2]),
                        parse_header_hex(cells[3]), from_big_endian_hex(cells[4]), from_big_endian_hex(cells[5])});
    }
    return rows;
}

TEST(Retargets, EveryOneOfMainFollowsFromTheTimesOfItsPeriod) {
    KEEL_DATA_OR_SKIP(const auto path, "tables/mainnet-retargets.csv");
    const Params& params = primitives::main_params();
    const std::vector<Retarget> rows = load_retargets();
    EXPECT_EQ(rows.size(), 310U);
    for (const Retarget& row : rows) {
        for (const Header* header : {&row.first, &row.last, &row.next}) {
            EXPECT_TRUE(consensus::check_header(header->hash(), header->bits, params).has_value());
        }
        EXPECT_EQ(row.next.previous, row.last.hash());
        SparsePast past(row.height - 1);
        past.know(row.height - 2016, facts_of(row.first));
        past.know(row.height - 1, facts_of(row.last));
        EXPECT_EQ(consensus::next_work_required(past, row.next.time, params.pow), row.next.bits) << row.height.value();
        EXPECT_TRUE(consensus::permitted_difficulty_transition(row.height, row.last.bits, row.next.bits, params.pow));
    }
}

TEST(Retargets, ChainWorkAddsUpFromPeriodToPeriod) {
    KEEL_DATA_OR_SKIP(const auto path, "tables/mainnet-retargets.csv");
    const std::vector<Retarget> rows = load_retargets();
    std::size_t adjacent = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        EXPECT_EQ(rows[i].work_before + consensus::block_work(rows[i].next.bits).hashes(), rows[i].work);
        if (i > 0 && rows[i].height == rows[i - 1].height + 2016) {
            ++adjacent;
            EXPECT_EQ(rows[i].first, rows[i - 1].next);
            EXPECT_EQ(rows[i - 1].work + consensus::block_work(rows[i].last.bits).hashes() * 2015, rows[i].work_before);
        }
    }
    EXPECT_EQ(adjacent, 206U) << "the table has gaps";
}

// Header and total work at each retarget, as bitcoinj ships them.
struct Checkpoint {
    U256 work;
    Height height;
    Header header;
};

Bytes from_base64(std::string_view text) {
    constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    Bytes out;
    std::uint32_t bits = 0;
    unsigned count = 0;
    for (const char c : text) {
        const auto value = kAlphabet.find(c);
        KEEL_ASSERT(value != std::string_view::npos || c == '=');
        if (c == '=') {
            break;
        }
        bits = (bits << 6U) | static_cast<std::uint32_t>(value);
        count += 6;
        if (count >= 8) {
            count -= 8;
            out.push_back(static_cast<std::byte>(bits >> count));
        }
    }
    return out;
}

std::vector<Checkpoint> load_checkpoints() {
    std::vector<Checkpoint> out;
    const auto lines = testing::read_lines(*testing::data_path("tables/bitcoinj-mainnet.checkpoints.txt"));
    KEEL_ASSERT(lines.at(0) == "TXT CHECKPOINTS 1" && lines.at(1) == "0");
    for (std::size_t i = 3; i < lines.size() && !lines[i].empty(); ++i) {
        const Bytes bytes = from_base64(lines[i]);
        const std::size_t work_size = bytes.size() - 4 - Header::kSize;
        KEEL_ASSERT(work_size == 12 || work_size == 32);
        const ByteSpan view(bytes);
        const auto height = static_cast<std::int32_t>(load_be<std::uint32_t>(view.data() + work_size));
        out.push_back({from_big_endian(view.first(work_size)), Height(height), parse_header(view.last(Header::kSize))});
    }
    KEEL_ASSERT(std::to_string(out.size()) == lines.at(2));
    return out;
}

TEST(Checkpoints, WorkBetweenThoseOfBitcoinjIsThatOfTheirTargets) {
    KEEL_DATA_OR_SKIP(const auto path, "tables/bitcoinj-mainnet.checkpoints.txt");
    const Params& params = primitives::main_params();
    const std::vector<Checkpoint> checkpoints = load_checkpoints();
    EXPECT_EQ(checkpoints.size(), 436U);
    // Genesis and the 2015 headers after it have the same target as genesis.
    U256 work = consensus::block_work(params.genesis->header().bits).hashes() * 2016;
    for (std::size_t i = 0; i < checkpoints.size(); ++i) {
        const Checkpoint& here = checkpoints[i];
        ASSERT_EQ(here.height, Height(static_cast<std::int32_t>(2016 * (i + 1))));
        EXPECT_TRUE(consensus::check_header(here.header.hash(), here.header.bits, params).has_value());
        const U256 each = consensus::block_work(here.header.bits).hashes();
        EXPECT_EQ(work + each, here.work) << here.height.value();
        work += each * 2016;
    }
}

TEST(Checkpoints, ThoseOfBitcoinjAreTheHeadersOfTheRetargetTable) {
    KEEL_DATA_OR_SKIP(const auto path, "tables/bitcoinj-mainnet.checkpoints.txt");
    const std::vector<Checkpoint> checkpoints = load_checkpoints();
    std::size_t compared = 0;
    for (const Retarget& row : load_retargets()) {
        const auto index = static_cast<std::size_t>(row.height.value() / 2016 - 1);
        if (index < checkpoints.size()) {
            EXPECT_EQ(checkpoints[index].header, row.next);
            EXPECT_EQ(checkpoints[index].work, row.work);
            ++compared;
        }
    }
    EXPECT_EQ(compared, 310U);
}

// Pairs of the hash of a period's last block and the target of the next period. Targets have up to 224 bits: the file
// is read as text, because JSON numbers of that size lose digits.
std::vector<std::pair<BlockHash, U256>> load_electrum(std::string_view name) {
    std::vector<std::pair<BlockHash, U256>> out;
    for (std::string line : testing::read_lines(*testing::data_path(name))) {
        const bool is_hash = line.find('"') != std::string::npos;
        std::erase_if(line, [](char c) { return c == ' ' || c == ',' || c == '"'; });
        if (is_hash) {
            out.emplace_back(*hash_from_hex<BlockHash>(line), U256());
        } else if (!line.empty() && line.find_first_of("[]") == std::string::npos) {
            out.back().second = from_decimal(line);
        }
    }
    return out;
}

TEST(Checkpoints, ThoseOfElectrumHaveTheTargetsAndHashesOfTheTables) {
    KEEL_DATA_OR_SKIP(const auto path, "tables/electrum-mainnet-checkpoints.json");
    const auto electrum = load_electrum("tables/electrum-mainnet-checkpoints.json");
    const std::vector<Checkpoint> checkpoints = load_checkpoints();
    EXPECT_EQ(electrum.size(), 473U);
    for (std::size_t i = 0; i < std::min(electrum.size(), checkpoints.size()); ++i) {
        const Header& next = checkpoints[i].header;
        EXPECT_EQ(next.previous, electrum[i].first) << i;
        // Electrum keeps the target of a retarget after rounding to its compact form.
        EXPECT_EQ(consensus::decode_compact(next.bits).value, electrum[i].second) << i;
    }
    for (const auto& [hash, target] : electrum) {
        EXPECT_EQ(consensus::decode_compact(consensus::encode_compact(target)).value, target);
    }
}

TEST(Checkpoints, ThoseOfElectrumForTestnetAreInTheHeaderRun) {
    KEEL_DATA_OR_SKIP(const auto path, "tables/electrum-testnet-checkpoints.json");
    const auto electrum = load_electrum("tables/electrum-testnet-checkpoints.json");
    const std::vector<Header> headers = headers_in("testnet3-0000000-0025199.hdr");
    std::size_t compared = 0;
    for (std::size_t i = 0; (i + 1) * 2016 <= headers.size(); ++i, ++compared) {
        EXPECT_EQ(headers[(i + 1) * 2016 - 1].hash(), electrum.at(i).first) << i;
    }
    EXPECT_EQ(compared, 12U);
}

// The state of main before and after one header, at sixteen heights: work, target, start of the period, median time.
struct State {
    Height height;
    ChainWork work;
    U256 target;
    std::uint32_t epoch_start = 0;
    std::vector<std::uint32_t> times;
};

std::uint32_t uint_of(const boost::json::value& value) {
    return static_cast<std::uint32_t>(value.to_number<std::int64_t>());
}

State load_state(const boost::json::object& object) {
    State state;
    state.height = Height(static_cast<std::int32_t>(uint_of(object.at("block_height"))));
    state.work = ChainWork(from_decimal(testing::text_of(object.at("total_work"))));
    state.target = from_decimal(testing::text_of(object.at("current_target")));
    state.epoch_start = uint_of(object.at("epoch_start_time"));
    for (const auto& time : object.at("prev_timestamps").as_array()) {
        state.times.push_back(uint_of(time));
    }
    return state;
}

// The last eleven headers and the first of the period.
SparsePast past_of(const State& state) {
    SparsePast past(state.height);
    const CompactTarget bits = consensus::encode_compact(state.target);
    const Height period = Height(state.height.value() / 2016 * 2016);
    past.know(period, {4, state.epoch_start, bits});
    for (std::size_t i = 0; i < state.times.size(); ++i) {
        const auto back = static_cast<std::int32_t>(state.times.size() - 1 - i);
        past.know(state.height - back, {4, state.times[i], bits});
    }
    return past;
}

TEST(Contexts, TheNextHeaderOfMainFitsOnItsState) {
    KEEL_DATA_OR_SKIP(const auto path, "vectors/context/mainnet_context_shared.json");
    const Params& params = primitives::main_params();
    const boost::json::value file = testing::load_json(path);
    std::size_t compared = 0;
    for (const auto& entry : file.as_object()) {
        const auto& object = entry.value().as_object();
        const State before = load_state(object.at("chain_state").as_object());
        const State after = load_state(object.at("expected").as_object());
        const auto& next = object.at("headers").at(0).as_object();
        Header header;
        header.version = static_cast<std::int32_t>(next.at("version").as_int64());
        header.time = uint_of(next.at("time"));
        header.bits = CompactTarget(uint_of(next.at("bits")));
        const SparsePast past = past_of(before);
        const auto verdict = consensus::check_header_context(header, past, params, unix_time(2'000'000'000));
        EXPECT_TRUE(verdict.has_value()) << before.height.value() << ": " << verdict.error().text();
        EXPECT_EQ(before.work + consensus::block_work(header.bits), after.work);
        EXPECT_EQ(consensus::decode_compact(header.bits).value, after.target);
        EXPECT_EQ(past.next_height(), after.height);
        ++compared;
    }
    EXPECT_EQ(compared, 16U);
}

}  // namespace
}  // namespace keel::conformance
