#include "front/rpc/descriptor_args.hpp"

#include <boost/json/value.hpp>

#include "front/rpc/json_values.hpp"

namespace keel::rpc {
namespace {

namespace json = boost::json;
using address::Descriptor;

constexpr std::int64_t kDefaultRangeEnd = 1'000;
constexpr std::int64_t kRangeMax = 1'000'000;

Outcome<std::vector<Descriptor>> parse(const Context& context, std::string_view text) {
    auto parsed = Descriptor::parse(text, context.chain.params().prefixes);
    if (!parsed) {
        return fail(ErrorCode::invalid_address_or_key, parsed.error().text);
    }
    return std::move(*parsed);
}

Outcome<Range> read_range(const json::value& value) {
    if (value.is_number()) {
        KEEL_TRY(const auto end, integer_of<std::int64_t>(value));
        return Range{0, end};
    }
    if (value.is_array() && value.get_array().size() == 2 && value.get_array()[0].is_number() &&
        value.get_array()[1].is_number()) {
        KEEL_TRY(const auto begin, integer_of<std::int64_t>(value.get_array()[0]));
        KEEL_TRY(const auto end, integer_of<std::int64_t>(value.get_array()[1]));
        if (begin > end) {
            return fail(ErrorCode::invalid_parameter, "Range specified as [begin,end] must not have begin after end");
        }
        return Range{begin, end};
    }
    return fail(ErrorCode::invalid_parameter, "Range must be specified as end or as [begin,end]");
}

}  // namespace

Outcome<Range> range_of(const Args::Json& value) {
    KEEL_TRY(Range range, read_range(value));
    if (range.begin < 0) {
        return fail(ErrorCode::invalid_parameter, "Range should be greater or equal than 0");
    }
    if ((range.end >> 31) != 0) {
        return fail(ErrorCode::invalid_parameter, "End of range is too high");
    }
    if (range.end >= range.begin + kRangeMax) {
        return fail(ErrorCode::invalid_parameter, "Range is too large");
    }
    return range;
}

Outcome<std::vector<Bytes>> scripts_of_scan_object(const Context& context, const Args::Json& object,
                                                   address::KeyStore& store) {
    std::string text;
    Range range{0, kDefaultRangeEnd};
    if (object.is_string()) {
        text = text_of(object);
    } else if (object.is_object()) {
        const json::value* given = object.get_object().if_contains("desc");
        if (given == nullptr || given->is_null()) {
            return fail(ErrorCode::invalid_parameter, "Descriptor needs to be provided in scan object");
        }
        KEEL_TRY(text, string_of(*given));
        if (const json::value* range_given = object.get_object().if_contains("range")) {
            KEEL_TRY(range, range_of(*range_given));
        }
    } else {
        return fail(ErrorCode::invalid_parameter, "Scan object needs to be either a string or an object");
    }
    KEEL_TRY(const auto descriptors, parse(context, text));
    if (!descriptors.front().is_range()) {
        range = {0, 0};
    }
    std::vector<Bytes> out;
    for (std::int64_t position = range.begin; position <= range.end; ++position) {
        for (const Descriptor& descriptor : descriptors) {
            auto scripts = descriptor.expand(static_cast<std::uint32_t>(position), store);
            if (!scripts) {
                return fail(ErrorCode::invalid_address_or_key,
                            "Cannot derive script without private keys: '" + text + "'");
            }
            std::ranges::move(*scripts, std::back_inserter(out));
        }
    }
    return out;
}

Outcome<Bytes> script_to_pay(const Context& context, std::string_view descriptor) {
    KEEL_TRY(const auto descriptors, parse(context, descriptor));
    if (descriptors.size() > 1) {
        return fail(ErrorCode::invalid_parameter, "Multipath descriptor not accepted");
    }
    if (descriptors.front().is_range()) {
        return fail(ErrorCode::invalid_parameter,
                    "Ranged descriptor not accepted. Maybe pass through deriveaddresses first?");
    }
    address::KeyStore store;
    auto scripts = descriptors.front().expand(0, store);
    if (!scripts) {
        return fail(ErrorCode::invalid_address_or_key, "Cannot derive script without private keys");
    }
    // combo(): the witness form where there is one, otherwise the hash of the key.
    const std::size_t wanted = scripts->size() == 4 ? 2 : scripts->size() == 2 ? 1 : 0;
    return std::move((*scripts)[wanted]);
}

}  // namespace keel::rpc
