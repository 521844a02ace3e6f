#include "base/assert.hpp"
#include "front/rest/request.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    using namespace keel;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const rest::Path path = rest::parse_path(text);
    KEEL_ASSERT(path.text.size() + path.query.size() <= text.size());
    KEEL_ASSERT(!path.parts().empty());
    (void)path.parameter("count");
    for (const std::string_view part : path.parts()) {
        (void)rest::parse_count(part);
        (void)rest::parse_hash(part);
        KEEL_ASSERT(rest::sanitized(part).size() <= part.size());
    }
    return 0;
}
