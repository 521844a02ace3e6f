// Any text as a descriptor: refused, or its canonical text is read again and gives the same scripts.
#include "base/assert.hpp"
#include "rules/address/descriptor.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace keel;
    const auto& prefixes = primitives::regtest_params().prefixes;
    const auto parsed = address::Descriptor::parse(as_text(std::as_bytes(std::span(data, size))), prefixes);
    if (!parsed) {
        KEEL_ASSERT(!parsed.error().text.empty());
        return 0;
    }
    for (const address::Descriptor& descriptor : *parsed) {
        const std::string text = descriptor.text(prefixes);
        const auto again = address::Descriptor::parse(text, prefixes, address::Checksum::required);
        KEEL_ASSERT(again && again->size() == 1 && again->front().text(prefixes) == text);
        address::KeyStore store;
        address::KeyStore public_store;
        const auto scripts = descriptor.expand(1, store);
        const auto public_scripts = again->front().expand(1, public_store);
        // Without the secrets hardened steps are closed; what can be derived is the same.
        KEEL_ASSERT(!public_scripts || scripts == public_scripts);
        for (const Bytes& script : scripts.value_or(std::vector<Bytes>())) {
            KEEL_ASSERT(!address::infer_descriptor(script, prefixes, store).empty());
        }
    }
    return 0;
}
