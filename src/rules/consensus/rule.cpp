#include "rules/consensus/rule.hpp"

namespace keel::consensus {

std::string_view to_string(RejectKind kind) {
    switch (kind) {
        case RejectKind::invalid: return "invalid";
        case RejectKind::invalid_header: return "invalid header";
        case RejectKind::mutated: return "mutated";
        case RejectKind::missing_data: return "missing data";
        case RejectKind::not_yet: return "not yet";
        case RejectKind::time_too_new: return "time too new";
        case RejectKind::invalid_parent: return "invalid parent";
        case RejectKind::known_invalid: return "known invalid";
        case RejectKind::low_work: return "low work";
        case RejectKind::not_standard: return "not standard";
        case RejectKind::inputs_unusual: return "inputs unusual";
        case RejectKind::witness_mutated: return "witness mutated";
        case RejectKind::witness_stripped: return "witness stripped";
        case RejectKind::conflict: return "conflict";
        case RejectKind::pool_policy: return "pool policy";
        case RejectKind::fee_too_low: return "fee too low";
    }
    return "";
}

std::string_view to_string(Activation activation) {
    switch (activation) {
        case Activation::always: return "always";
        case Activation::bip34: return "BIP34";
        case Activation::bip65: return "BIP65";
        case Activation::bip66: return "BIP66";
        case Activation::csv: return "CSV";
        case Activation::segwit: return "segwit";
        case Activation::bip94: return "networks with BIP94";
        case Activation::signet: return "signets";
        case Activation::listed: return "always, but for listed blocks";
    }
    return "";
}

std::string Reject::text() const { return debug_.empty() ? reason_ : reason_ + ", " + debug_; }

Reject Reject::within(RejectKind kind, std::string debug) const {
    Reject out(*rule_, reason_, std::move(debug));
    out.kind_ = kind;
    return out;
}

}  // namespace keel::consensus
