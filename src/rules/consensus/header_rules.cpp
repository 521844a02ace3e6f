#include "rules/consensus/header_rules.hpp"

#include "base/hex.hpp"
#include "rules/consensus/deployments.hpp"
#include "rules/consensus/limits.hpp"
#include "rules/consensus/tables.hpp"

namespace keel::consensus {

namespace {

struct Work {
    const BlockHash& hash;
    CompactTarget bits;
    const U256& limit;
};

struct Arrival {
    const Header& header;
    const PastHeaders& past;
    const Params& params;
    UnixTime now;

    [[nodiscard]] Height height() const { return past.next_height(); }
    [[nodiscard]] std::int64_t time() const { return header.time; }
    [[nodiscard]] bool version_at_least(std::int32_t version, Height from) const {
        return header.version >= version || !is_active(from, height());
    }
};

bool not_known_invalid(const HeaderPlace& place) { return !place.known_invalid; }
bool parent_known(const HeaderPlace& place) { return place.parent_known; }
bool parent_valid(const HeaderPlace& place) { return !place.parent_invalid; }
bool enough_work(const HeaderPlace& place) { return place.enough_work; }

bool work_done(const Work& work) { return check_proof_of_work(work.hash, work.bits, work.limit); }

bool bits_as_required(const Arrival& a) {
    return a.header.bits == next_work_required(a.past, a.header.time, a.params.pow);
}

bool after_median(const Arrival& a) { return a.time() > a.past.median_time_past(); }

bool no_timewarp(const Arrival& a) {
    const bool first_of_interval = a.height().value() % a.params.pow.interval() == 0;
    return !a.params.pow.enforce_timewarp_rule || !first_of_interval ||
           a.time() >= std::int64_t{a.past.last().time} - kMaxTimewarp;
}

bool not_from_the_future(const Arrival& a) { return a.time() <= to_seconds(a.now) + kMaxFutureBlockTime; }

bool version_bip34(const Arrival& a) { return a.version_at_least(2, a.params.buried.bip34); }
bool version_bip66(const Arrival& a) { return a.version_at_least(3, a.params.buried.bip66); }
bool version_bip65(const Arrival& a) { return a.version_at_least(4, a.params.buried.bip65); }

Reject explain_version(const RuleInfo& rule, const Arrival& a) {
    std::array<std::byte, 4> bytes;
    store_be(bytes.data(), static_cast<std::uint32_t>(a.header.version));
    const std::string version = "0x" + to_hex(bytes);
    return Reject(rule, std::string(rule.token) + "(" + version + ")", "rejected nVersion=" + version + " block");
}

constexpr std::array<Rule<Work>, 1> kHeaderRules{{
    {{.id = "header-work",
      .sentence =
          "The hash of a header MUST NOT exceed the target that its bits encode, which MUST be positive and not "
          "above the network's limit.",
      .source = "protocol",
      .token = "high-hash",
      .debug = "proof of work failed",
      .kind = RejectKind::invalid_header},
     work_done},
}};

constexpr std::array<Rule<HeaderPlace>, 4> kPlaceRules{{
    {{.id = "header-not-known-invalid",
      .sentence = "A header MUST NOT be one that was found or declared invalid before.",
      .source = "local",
      .token = "duplicate-invalid",
      .debug = "block was previously marked invalid",
      .kind = RejectKind::known_invalid},
     not_known_invalid},
    {{.id = "header-parent-known",
      .sentence = "The parent of a header MUST be known.",
      .source = "local",
      .token = "prev-blk-not-found",
      .debug = "",
      .kind = RejectKind::missing_data},
     parent_known},
    {{.id = "header-parent-valid",
      .sentence = "The parent of a header MUST NOT be invalid nor descend from an invalid block.",
      .source = "protocol",
      .token = "bad-prevblk",
      .debug = "",
      .kind = RejectKind::invalid_parent},
     parent_valid},
    {{.id = "header-chain-work",
      .sentence = "A header MUST have enough work in its chain before it is stored.",
      .source = "local (anti-DoS)",
      .token = "too-little-chainwork",
      .debug = "",
      .kind = RejectKind::low_work,
      .blame = false},
     enough_work},
}};

constexpr std::array<Rule<Arrival>, 7> kContextRules{{
    {{.id = "header-bits",
      .sentence = "The bits of a header MUST be those that the difficulty rules of its network give for its height and "
                  "time.",
      .source = "protocol; BIP94 on testnet4",
      .token = "bad-diffbits",
      .debug = "incorrect proof of work",
      .kind = RejectKind::invalid_header},
     bits_as_required},
    {{.id = "header-time-after-median",
      .sentence = "The time of a header MUST be later than the median time of the 11 headers before it.",
      .source = "protocol",
      .token = "time-too-old",
      .debug = "block's timestamp is too early",
      .kind = RejectKind::invalid_header},
     after_median},
    {{.id = "header-no-timewarp",
      .sentence =
          "The time of the first header of a retarget interval MUST NOT be more than 600 seconds before that of "
          "its parent.",
      .source = "BIP94, Time Warp Fix",
      .token = "time-timewarp-attack",
      .debug = "block's timestamp is too early on diff adjustment block",
      .kind = RejectKind::invalid_header,
      .activation = Activation::bip94},
     no_timewarp},
    {{.id = "header-time-not-ahead",
      .sentence = "The time of a header MUST NOT be more than 2 hours ahead of the receiver's clock.",
      .source = "protocol",
      .token = "time-too-new",
      .debug = "block timestamp too far in the future",
      .kind = RejectKind::time_too_new,
      .blame = false},
     not_from_the_future},
    {{.id = "header-version-2",
      .sentence = "The version of a header MUST be at least 2.",
      .source = "BIP34",
      .token = "bad-version",
      .debug = "",
      .kind = RejectKind::invalid_header,
      .activation = Activation::bip34},
     version_bip34,
     explain_version},
    {{.id = "header-version-3",
      .sentence = "The version of a header MUST be at least 3.",
      .source = "BIP66",
      .token = "bad-version",
      .debug = "",
      .kind = RejectKind::invalid_header,
      .activation = Activation::bip66},
     version_bip66,
     explain_version},
    {{.id = "header-version-4",
      .sentence = "The version of a header MUST be at least 4.",
      .source = "BIP65",
      .token = "bad-version",
      .debug = "",
      .kind = RejectKind::invalid_header,
      .activation = Activation::bip65},
     version_bip65,
     explain_version},
}};

constexpr std::array kPhases{
    Phase{"header", "each header on its own", kInfos<kHeaderRules>},
    Phase{"header-place", "each header, in the store of headers", kInfos<kPlaceRules>},
    Phase{"header-context", "each header on top of its parent", kInfos<kContextRules>},
};

}  // namespace

Verdict check_header(const BlockHash& hash, CompactTarget bits, const Params& params) {
    return run_phase<kHeaderRules>(Work{hash, bits, params.pow.limit});
}

Verdict check_header_context(const Header& header, const PastHeaders& past, const Params& params, UnixTime now) {
    return run_phase<kContextRules>(Arrival{header, past, params, now});
}

Verdict check_header_place(const HeaderPlace& place) { return run_phase<kPlaceRules>(place); }

std::span<const Phase> header_phases() { return kPhases; }

}  // namespace keel::consensus
