#include "testing/coin_model.hpp"

#include "base/assert.hpp"

namespace keel::testing {

using primitives::Amount;
using primitives::Block;
using primitives::BlockPtr;
using primitives::Coin;
using primitives::Height;
using primitives::MutableTx;
using primitives::OutPoint;
using primitives::TxView;

namespace {

Bytes filled(Rng& rng, std::initializer_list<int> before, std::size_t random, std::initializer_list<int> after) {
    Bytes out;
    for (const int byte : before) {
        out.push_back(static_cast<std::byte>(byte));
    }
    out.resize(out.size() + random);
    rng.fill(MutableByteSpan(out).last(random));
    for (const int byte : after) {
        out.push_back(static_cast<std::byte>(byte));
    }
    return out;
}

bool is_kept(ByteSpan script) { return script.size() <= 10'000 && (script.empty() || script[0] != std::byte{0x6a}); }

Amount random_amount(Rng& rng) {
    const std::uint64_t digits = rng.below(16);
    std::uint64_t limit = 1;
    for (std::uint64_t i = 0; i < digits; ++i) {
        limit *= 10;
    }
    return Amount(static_cast<std::int64_t>(rng.below(limit)));
}

}  // namespace

Bytes random_script(Rng& rng) {
    switch (rng.below(16)) {
        case 0: return filled(rng, {0xa9, 20}, 20, {0x87});
        case 1: return filled(rng, {0x00, 32}, 32, {});
        case 2:
        case 3: return filled(rng, {0x51, 32}, 32, {});
        case 4: return filled(rng, {33, 0x02}, 32, {0xac});
        case 5: return filled(rng, {33, 0x03}, 32, {0xac});
        case 6: return filled(rng, {65, 0x04}, 64, {0xac});  // hardly ever a point on the curve
        case 7: return filled(rng, {0x6a}, static_cast<std::size_t>(rng.below(80)), {});
        case 8: return filled(rng, {0x51}, static_cast<std::size_t>(rng.below(200)), {});
        case 9:
            return rng.chance(1, 20) ? filled(rng, {0x51}, 9'990 + static_cast<std::size_t>(rng.below(20)), {})
                                     : Bytes();
        case 10:
        case 11: return filled(rng, {0x76, 0xa9, 20}, 20, {0x88, 0xac});
        default: return filled(rng, {0x00, 20}, 20, {});
    }
}

BlockPtr CoinModel::make_block(Rng& rng, const BlockShape& shape) {
    std::vector<MutableTx> txs(1);
    const std::uint64_t serial = ++serial_;
    txs[0].inputs.resize(1);
    txs[0].inputs[0].prevout.index = OutPoint::kNullIndex;
    txs[0].inputs[0].script_sig.resize(8);
    store_le(txs[0].inputs[0].script_sig.data(), serial);
    std::map<OutPoint, bool> taken;
    std::vector<OutPoint> own;
    for (std::size_t tx = 0; tx <= shape.txs; ++tx) {
        MutableTx next = tx == 0 ? txs[0] : MutableTx{};
        for (std::uint64_t inputs = rng.between(1, 4); tx > 0 && inputs > 0; --inputs) {
            const bool from_own = !own.empty() && rng.chance(1, 4);
            const auto coin =
                from_own ? std::optional(own[static_cast<std::size_t>(rng.below(own.size()))]) : random_coin(rng);
            if (coin && !std::exchange(taken[*coin], true)) {
                next.inputs.push_back({*coin, {}, 0xFFFFFFFF, {}});
            }
        }
        if (next.inputs.empty()) {
            continue;
        }
        for (std::uint64_t outputs = rng.between(1, shape.outputs_max); outputs > 0; --outputs) {
            next.outputs.push_back({random_amount(rng), random_script(rng)});
        }
        const auto frozen = next.freeze();
        for (std::uint32_t i = 0; i < next.outputs.size(); ++i) {
            if (is_kept(next.outputs[i].script) && !steps_.empty()) {
                own.push_back({frozen->txid(), i});
            }
        }
        if (tx == 0) {
            txs[0] = std::move(next);
        } else {
            txs.push_back(std::move(next));
        }
    }
    primitives::Header header;
    header.previous = tip();
    header.nonce = static_cast<std::uint32_t>(serial);
    return Block::assemble(header, txs);
}

void CoinModel::connect(const BlockPtr& block) {
    KEEL_ASSERT(block->header().previous == tip());
    Step step{block, Height(static_cast<std::int32_t>(steps_.size())), {}, {}, {}};
    std::map<OutPoint, Coin> created;
    for (std::size_t index = 0; index < block->tx_count(); ++index) {
        const TxView tx = block->tx(index);
        for (std::size_t i = 0; index > 0 && i < tx.input_count(); ++i) {
            if (i == 0) {
                step.spent.emplace_back();
            }
            const OutPoint outpoint = tx.input(i).prevout();
            if (auto own = created.extract(outpoint)) {
                step.spent.back().push_back(std::move(own.mapped()));
                continue;
            }
            auto old = coins_.extract(outpoint);
            KEEL_ASSERT(!old.empty());
            step.spent.back().push_back(old.mapped());
            step.removed.emplace_back(outpoint, std::move(old.mapped()));
        }
        for (std::uint32_t i = 0; step.height != Height(0) && i < tx.output_count(); ++i) {
            if (is_kept(tx.output(i).script())) {
                created[{tx.txid(), i}] = {tx.output(i).value(), step.height, index == 0,
                                           to_bytes(tx.output(i).script())};
            }
        }
    }
    for (auto& [outpoint, coin] : created) {
        step.created.push_back(outpoint);
        pool_.push_back(outpoint);
        coins_.emplace(outpoint, std::move(coin));
    }
    steps_.push_back(std::move(step));
}

void CoinModel::disconnect() {
    KEEL_ASSERT(!steps_.empty());
    for (const OutPoint& outpoint : steps_.back().created) {
        coins_.erase(outpoint);
    }
    for (auto& [outpoint, coin] : steps_.back().removed) {
        pool_.push_back(outpoint);
        coins_.emplace(outpoint, std::move(coin));
    }
    steps_.pop_back();
}

primitives::BlockHash CoinModel::tip() const {
    return steps_.empty() ? primitives::BlockHash{} : steps_.back().block->hash();
}

Height CoinModel::height() const { return Height(static_cast<std::int32_t>(steps_.size()) - 1); }

std::optional<OutPoint> CoinModel::random_coin(Rng& rng) {
    for (int tries = 0; tries < 20 && !pool_.empty(); ++tries) {
        const auto at = static_cast<std::size_t>(rng.below(pool_.size()));
        if (coins_.contains(pool_[at])) {
            return pool_[at];
        }
        pool_[at] = pool_.back();
        pool_.pop_back();
    }
    return std::nullopt;
}

}  // namespace keel::testing
