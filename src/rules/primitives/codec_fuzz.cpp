// Reads random fields from random bytes: never past the end, and what was read writes back to the bytes it came from.
#include "base/assert.hpp"
#include "rules/primitives/codec.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace keel;
    using namespace keel::primitives;
    const auto bytes = std::as_bytes(std::span(data, size));
    if (bytes.empty()) {
        return 0;
    }
    auto plan = static_cast<std::uint8_t>(bytes[0]);
    Reader in(bytes.subspan(1));
    Bytes out;
    Writer writer(out);
    while (in.ok() && in.remaining() > 0) {
        switch (plan & 3U) {
            case 0: {
                const auto value = in.read_compact_size(0xFFFF'FFFF'FFFF'FFFF);
                if (in.ok()) writer.write_compact_size(value);
                break;
            }
            case 1: {
                const auto view = in.read_var_bytes();
                if (in.ok()) writer.write_var_bytes(view);
                break;
            }
            case 2: {
                const auto value = in.read<std::uint32_t>();
                if (in.ok()) writer.write(value);
                break;
            }
            default: {
                const auto value = in.read_be<std::uint16_t>();
                if (in.ok()) writer.write_be(value);
                break;
            }
        }
        plan = static_cast<std::uint8_t>((plan >> 2U) | (plan << 6U));
    }
    KEEL_ASSERT(equal(out, in.data().first(out.size())));
    KEEL_ASSERT(!in.ok() || out.size() == in.data().size());
    return 0;
}
