// A chain of arbitrary headers: what the context rules let pass has the properties that the rules promise, on every
// kind of network, and pre-sync would have let it pass too.
#include "base/assert.hpp"
#include "rules/consensus/header_rules.hpp"
#include "rules/primitives/codec.hpp"
#include "testing/header_list.hpp"

namespace {

using namespace keel;
using namespace keel::consensus;

// Short intervals, so that small inputs reach retargets.
Params network(std::uint8_t kind) {
    Params params = primitives::main_params();
    params.pow.target_timespan = 8 * params.pow.target_spacing;
    params.pow.allow_min_difficulty = (kind & 1U) != 0;
    params.pow.enforce_timewarp_rule = (kind & 2U) != 0;
    params.pow.no_retargeting = (kind & 4U) != 0;
    params.buried.bip34 = Height(kind / 8 % 4 * 4);
    params.buried.bip66 = params.buried.bip34 + 2;
    params.buried.bip65 = params.buried.bip34 + 4;
    return params;
}

void check_promises(const Header& header, const PastHeaders& past, const Params& params) {
    KEEL_ASSERT(valid_target(header.bits, params.pow.limit).has_value());
    KEEL_ASSERT(header.time > past.median_time_past());
    KEEL_ASSERT(permitted_difficulty_transition(past.next_height(), past.last().bits, header.bits, params.pow));
    KEEL_ASSERT(!block_work(header.bits).hashes().is_zero());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    primitives::Reader in(std::as_bytes(std::span(data, size)));
    const Params params = network(in.read<std::uint8_t>());
    testing::HeaderList past;
    past.push(params.genesis->header(), BlockHash{});
    while (in.remaining() >= 8) {
        Header header;
        header.version = in.read<std::int16_t>();
        header.time = past.last().time + static_cast<std::uint32_t>(in.read<std::int16_t>());
        // Mostly the right target: random ones lead nowhere.
        const auto change = in.read<std::uint32_t>();
        const CompactTarget required = next_work_required(past, header.time, params.pow);
        header.bits = change % 16 == 0 ? CompactTarget(change) : required;
        const Verdict verdict = check_header_context(header, past, params, unix_time(std::int64_t{header.time}));
        KEEL_ASSERT(verdict.has_value() || header.bits == required || verdict.error().id() == "header-bits");
        if (verdict) {
            check_promises(header, past, params);
            past.push(header, BlockHash{});
        }
    }
    return 0;
}
