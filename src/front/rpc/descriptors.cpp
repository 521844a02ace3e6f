// Calls about output descriptors.
#include <boost/json/value.hpp>

#include "base/hex.hpp"
#include "front/rpc/common.hpp"
#include "front/rpc/descriptor_args.hpp"
#include "front/rpc/method_groups.hpp"
#include "rules/address/address.hpp"

namespace keel::rpc {
namespace {

using address::Descriptor;

Outcome<void> getdescriptorinfo(const Context& context, const Args& args, JsonWriter& out) {
    const primitives::AddressPrefixes& prefixes = context.chain.params().prefixes;
    const auto parsed = Descriptor::parse(args.text(0), prefixes);
    if (!parsed) {
        return fail(ErrorCode::invalid_address_or_key, parsed.error().text);
    }
    const Descriptor& first = parsed->front();
    out.begin_object();
    out.field("descriptor", first.text(prefixes));
    if (parsed->size() > 1) {
        out.key("multipath_expansion");
        out.begin_array();
        for (const Descriptor& each : *parsed) {
            out.value(each.text(prefixes));
        }
        out.end_array();
    }
    out.field("checksum", address::descriptor_checksum(args.text(0).substr(0, args.text(0).find('#'))));
    out.field("isrange", first.is_range());
    out.field("issolvable", first.is_solvable());
    out.field("hasprivatekeys", first.has_secrets());
    out.end_object();
    return {};
}

Outcome<void> write_addresses(const Context& context, const Descriptor& descriptor, const Range& range,
                              JsonWriter& out) {
    out.begin_array();
    for (std::int64_t position = range.begin; position <= range.end; ++position) {
        address::KeyStore store;
        const auto scripts = descriptor.expand(static_cast<std::uint32_t>(position), store);
        if (!scripts) {
            return fail(ErrorCode::invalid_address_or_key, "Cannot derive script without private keys");
        }
        for (const Bytes& script : *scripts) {
            const auto destination = address::destination_of(script);
            // Of combo()'s scripts, the bare key alone has no address.
            if (!destination && scripts->size() > 1 && &script == scripts->data()) {
                continue;
            }
            if (!destination) {
                return fail(ErrorCode::invalid_address_or_key, "Descriptor does not have a corresponding address");
            }
            out.value(address::encode_address(*destination, context.chain.params().prefixes));
        }
    }
    out.end_array();
    return {};
}

Outcome<void> deriveaddresses(const Context& context, const Args& args, JsonWriter& out) {
    Range range;
    if (args.has(1)) {
        KEEL_TRY(range, range_of(args.value(1)));
    }
    const auto parsed = Descriptor::parse(args.text(0), context.chain.params().prefixes, address::Checksum::required);
    if (!parsed) {
        return fail(ErrorCode::invalid_address_or_key, parsed.error().text);
    }
    if (!parsed->front().is_range() && args.has(1)) {
        return fail(ErrorCode::invalid_parameter, "Range should not be specified for an un-ranged descriptor");
    }
    if (parsed->front().is_range() && !args.has(1)) {
        return fail(ErrorCode::invalid_parameter, "Range must be specified for a ranged descriptor");
    }
    if (parsed->size() == 1) {
        return write_addresses(context, parsed->front(), range, out);
    }
    out.begin_array();
    for (const Descriptor& each : *parsed) {
        KEEL_CHECK(write_addresses(context, each, range, out));
    }
    out.end_array();
    return {};
}

constexpr Param kInfoParams[] = {
    {"descriptor", ArgType::text, Need::required, "", "The descriptor"},
};
constexpr Param kDeriveParams[] = {
    {"descriptor", ArgType::text, Need::required, "", "The descriptor, with checksum"},
    {"range", ArgType::range, Need::optional, "",
     "For a ranged descriptor: the last position or [first,last], both included"},
};

constexpr Method kMethods[] = {
    {"util", "getdescriptorinfo", "Analyses a descriptor.", kInfoParams,
     "{descriptor: str 'canonical, without secrets; of a multipath descriptor the first', multipath_expansion?: [str], "
     "checksum: str 'of the text as given', isrange: bool, issolvable: bool, hasprivatekeys: bool}",
     getdescriptorinfo},
    {"util", "deriveaddresses", "Derives the addresses that a descriptor stands for.", kDeriveParams,
     "[str 'an address'] | [[str] 'for each choice of a multipath descriptor']", deriveaddresses},
};

}  // namespace

std::span<const Method> descriptor_methods() { return kMethods; }

}  // namespace keel::rpc
