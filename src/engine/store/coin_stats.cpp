#include "engine/store/coin_stats.hpp"

namespace keel::store {

namespace {

// txid, index, height and coinbase, amount, length of the script.
constexpr std::uint64_t kBogoOverhead = 32 + 4 + 4 + 8 + 2;

KvError damaged(const char* what) {
    return {KvFault::corrupt, std::string("The coin database holds a damaged ") + what + "."};
}

}  // namespace

void append_coin_for_hash(Bytes& out, const OutPoint& outpoint, const CoinView& coin) {
    Writer writer(out);
    outpoint.write(writer);
    writer.write(static_cast<std::uint32_t>(coin.height.value()) * 2 + (coin.coinbase ? 1U : 0U));
    writer.write(coin.value.satoshi());
    writer.write_var_bytes(coin.script);
}

CoinStatsScan::CoinStatsScan(std::unique_ptr<KvSnapshot> snapshot, CoinHash kind)
    : snapshot_(std::move(snapshot)), iterator_(snapshot_->iterate(kCoinFamily)), kind_(kind) {
    stats_.total = Amount(0);
}

CoinStatsScan::~CoinStatsScan() {
    iterator_.reset();  // before its snapshot
}

Result<bool, KvError> CoinStatsScan::step(std::size_t coins) {
    if (!started_) {
        started_ = true;
        KEEL_TRY(const auto state, snapshot_->get(kCoinMetaFamily, coin_state_key()));
        if (state) {
            stats_.state = decode_coin_state(*state);
            if (!stats_.state) {
                return Failure(damaged("state record"));
            }
        }
        iterator_->seek({});
    }
    for (; coins > 0 && iterator_->valid(); --coins) {
        KEEL_CHECK(add(iterator_->key(), iterator_->value()));
        iterator_->next();
    }
    if (iterator_->error()) {
        return Failure(*iterator_->error());
    }
    if (iterator_->valid()) {
        return false;
    }
    if (kind_ == CoinHash::muhash) {
        stats_.hash = muhash_.finalize();
    } else if (kind_ == CoinHash::serialized) {
        stats_.hash = crypto::sha256(crypto::Sha256(serialized_).finish().span());
    }
    return true;
}

Result<void, KvError> CoinStatsScan::add(ByteSpan key, ByteSpan value) {
    const auto outpoint = decode_coin_key(key);
    const auto coin = decode_coin(value);
    if (!outpoint || !coin) {
        return Failure(damaged("coin"));
    }
    if (stats_.coins == 0 || outpoint->txid != last_txid_) {
        ++stats_.transactions;
        last_txid_ = outpoint->txid;
    }
    ++stats_.coins;
    stats_.bogo_size += kBogoOverhead + coin->script.size();
    stats_.total = stats_.total ? stats_.total->add(coin->value) : std::nullopt;
    if (kind_ == CoinHash::none) {
        return {};
    }
    buffer_.clear();
    append_coin_for_hash(buffer_, *outpoint, coin->view());
    if (kind_ == CoinHash::muhash) {
        muhash_.insert(buffer_);
    } else {
        serialized_.write(buffer_);
    }
    return {};
}

Result<CoinStats, KvError> scan_coin_stats(const Kv& coins, CoinHash kind) {
    CoinStatsScan scan(coins.snapshot(), kind);
    constexpr std::size_t kStep = 1U << 16U;
    while (true) {
        KEEL_TRY(const bool done, scan.step(kStep));
        if (done) {
            return scan.result();
        }
    }
}

}  // namespace keel::store
