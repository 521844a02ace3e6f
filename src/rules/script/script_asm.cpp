#include "rules/script/script_asm.hpp"

#include "base/hex.hpp"
#include "rules/script/script.hpp"
#include "rules/script/script_number.hpp"
#include "rules/script/sighash.hpp"
#include "rules/script/signature_encoding.hpp"

namespace keel::script {

namespace {

std::string_view hash_type_name(std::byte type) {
    const auto bits = std::to_integer<std::uint32_t>(type);
    const bool one_input = (bits & kSighashAnyoneCanPay) != 0;
    switch (bits & ~kSighashAnyoneCanPay) {
        case kSighashNone: return one_input ? "[NONE|ANYONECANPAY]" : "[NONE]";
        case kSighashSingle: return one_input ? "[SINGLE|ANYONECANPAY]" : "[SINGLE]";
        default: return one_input ? "[ALL|ANYONECANPAY]" : "[ALL]";
    }
}

std::string push_text(ByteSpan data, bool hash_types) {
    if (data.size() <= kNumberSizeMax) {
        return std::to_string(decode_number(data, Minimal::no).value_or(0));
    }
    if (hash_types && is_strict_der_signature(data) && is_defined_hash_type(data)) {
        return to_hex(data.first(data.size() - 1)).append(hash_type_name(data.back()));
    }
    return to_hex(data);
}

}  // namespace

std::string to_asm(ByteSpan script, ShowHashTypes hash_types) {
    // The data of an unspendable output may look like a signature without being one.
    const bool signatures = hash_types == ShowHashTypes::yes && !is_unspendable(script);
    std::string out;
    ScriptReader reader(script);
    for (Op op{}; !reader.at_end();) {
        out += out.empty() ? "" : " ";
        if (!reader.next(op)) {
            return out + "[error]";
        }
        out += is_push(op.code) ? push_text(op.data, signatures) : std::string(name(op.code));
    }
    return out;
}

}  // namespace keel::script
