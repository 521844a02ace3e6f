// Whatever parses as a block is exactly what its header and the parts of its transactions serialize to.
#include "base/assert.hpp"
#include "rules/primitives/block.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace keel;
    using namespace keel::primitives;
    const auto bytes = std::as_bytes(std::span(data, size));
    const auto block = Block::parse(to_bytes(bytes));
    if (!block) {
        return 0;
    }
    std::vector<MutableTx> txs;
    for (std::size_t i = 0; i < (*block)->tx_count(); ++i) {
        txs.push_back(MutableTx::from((*block)->tx(i)));
    }
    const BlockPtr again = Block::assemble((*block)->header(), txs);
    KEEL_ASSERT(equal(again->raw(), bytes));
    KEEL_ASSERT(again->weight() == (*block)->weight());
    return 0;
}
