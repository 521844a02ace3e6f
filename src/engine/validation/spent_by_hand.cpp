#include "engine/validation/spent_by_hand.hpp"

#include <map>

#include "rules/script/script.hpp"

namespace keel::validation {

using primitives::Coin;
using primitives::OutPoint;

Result<std::vector<std::optional<Coin>>, store::KvError> look_up_spent(chain::CoinCache& cache,
                                                                       const primitives::Block& block,
                                                                       primitives::Height height) {
    std::map<OutPoint, std::optional<Coin>> overlay;  // created by the block, or spent by it (nothing)
    std::vector<std::optional<Coin>> out;
    for (std::size_t t = 0; t < block.tx_count(); ++t) {
        const primitives::TxView tx = block.tx(t);
        for (std::size_t i = 0; t > 0 && i < tx.input_count(); ++i) {
            const OutPoint prevout = tx.input(i).prevout();
            if (const auto found = overlay.find(prevout); found != overlay.end()) {
                out.push_back(found->second);
            } else {
                KEEL_TRY(auto coin, cache.find(prevout));
                out.push_back(std::move(coin));
            }
            overlay[prevout] = std::nullopt;
        }
        for (std::size_t i = 0; i < tx.output_count(); ++i) {
            const primitives::OutputView output = tx.output(i);
            if (!script::is_unspendable(output.script())) {
                overlay[{tx.txid(), static_cast<std::uint32_t>(i)}] =
                    Coin{output.value(), height, t == 0, to_bytes(output.script())};
            }
        }
    }
    return out;
}

}  // namespace keel::validation
