// The block file scanner over hostile files: it ends, and every block it gives lies where it says.
#include "base/assert.hpp"
#include "engine/store/block_import.hpp"
#include "engine/store/memory_files.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    namespace store = keel::store;
    if (size == 0) {
        return 0;
    }
    const keel::ByteSpan input = std::as_bytes(std::span(data, size));
    const bool reject = (input[0] & std::byte{1}) != std::byte{0};
    const keel::ByteSpan content = input.subspan(1);
    store::MemoryFiles files;
    KEEL_ASSERT(store::write_file_atomically(files, "f", content));
    const store::Magic magic = {std::byte{1}, std::byte{2}, std::byte{1}, std::byte{2}};
    store::BlockScanner scanner(*files.open("f", store::OpenMode::read), magic, {});
    std::uint64_t last = 0;
    while (const auto found = *scanner.next()) {
        KEEL_ASSERT(found->offset > last && keel::equal(content.subspan(found->offset, found->raw.size()), found->raw));
        KEEL_ASSERT(keel::equal(content.subspan(found->offset - 8, 4), magic));
        last = found->offset;
        if (reject) {
            scanner.reject();
        }
    }
    return 0;
}
