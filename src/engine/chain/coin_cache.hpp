// CoinCache: the set of unspent outputs as the validation thread sees it: recent and often used coins in memory, all
// others on disk behind a Kv.
//
// Generations. Changes collect in memory. freeze() closes the current generation at a block boundary and returns a
// FlushJob that another thread writes to disk in one atomic commit together with the best block; meanwhile the owner
// goes on in the next generation. flushed() takes the job back: its coins are clean then, stay in memory as far as the
// budget allows, and go first when room is needed. At most one job exists at a time.
//
// A coin created and spent within one generation never reaches disk and leaves no trace.
//
// Blocks are connected and disconnected as a whole: connect() spends, creates and remembers what it did in a
// BlockDelta, with which rollback() restores the exact state before: the caller may connect further blocks while the
// scripts of earlier ones are still being checked, and roll back newest first. Freezing needs all connected blocks
// settled.
//
// Bounds: memory() counts every byte this object has allocated: tables, records (also unused space between them) and
// lists. It stays below the budget as long as the caller freezes when wants_flush() and pauses while must_wait(); one
// block may exceed it by what that block adds. The least budget is kMinBudget.
// Complexity: O(1) per coin, no allocation per coin; freeze() O(table) (about 10 ns a coin); no other call has a pause.
// Hashing is keyed: nobody can choose outpoints that collide. Nothing a caller can see depends on hash order.
//
// Owned by the validation thread.
#pragma once

#include "engine/chain/coin_flush.hpp"
#include "engine/chain/coin_prefetch.hpp"
#include "rules/primitives/block.hpp"

namespace keel::chain {

using primitives::Block;
using primitives::BlockHash;
using primitives::Coin;
using primitives::CoinView;
using primitives::Height;
using primitives::OutPoint;

// -dbcache when the user does not set it: what Bitcoin Core takes on a machine with less than 4 GiB, and with more.
inline constexpr std::size_t kDefaultBudget = 450U << 20U;
inline constexpr std::size_t kDefaultBudgetLargeMachine = 1024U << 20U;
inline constexpr std::size_t kMinBudget = 4U << 20U;

// What may happen to unspent outputs that a block's transactions would overwrite (BIP30).
enum class Overwrites : std::uint8_t {
    // They cannot exist: BIP34 guarantees unique coinbases. Only what is in memory is looked at.
    impossible,
    // They are looked for, on disk too; connect() fails with `overwrites`.
    refuse,
    // They are replaced: the two historic blocks that BIP30 exempts.
    allow,
};

struct ConnectOptions {
    Height height;
    Overwrites overwrites = Overwrites::impossible;
    // The job merged for this block, which spares `refuse` its reads. May be null.
    const PrefetchJob* prefetched = nullptr;
};

// Why a block cannot be connected; the cache is as it was before.
struct ConnectError {
    enum class Kind : std::uint8_t {
        missing_input,  // `input` of `tx` spends what is not there (never was, or spent already)
        overwrites,     // BIP30: an output of `tx` exists unspent
        disk,           // see `disk`
    };
    Kind kind = Kind::disk;
    std::size_t tx = 0;
    std::size_t input = 0;
    store::KvError disk;
    // Unless `disk`: a coin for every input as in BlockDelta, those that are missing with height kNoHeight, so that the
    // rules can name what is wrong first.
    std::shared_ptr<const store::SpentCoins> spent;
};

// What connecting one block did. The spent coins are the block's undo data and the input of its script checks; they are
// immutable and may be shared with other threads.
class BlockDelta {
public:
    // One transaction each, without the coinbase; coins in input order.
    [[nodiscard]] const std::shared_ptr<const store::SpentCoins>& spent() const { return spent_; }

private:
    friend class CoinCacheImpl;
    BlockHash previous_best_;
    Height previous_height_;
    bool outputs_kept_ = true;
    std::shared_ptr<const store::SpentCoins> spent_;
    std::vector<std::uint8_t> flags_;  // of each spent coin before it was spent
    // Outputs (by position in the block) that took the place of an entry, which is to come back: its flags, and the
    // coin if it was unspent (Overwrites::allow).
    struct Replaced {
        std::size_t output;
        std::uint8_t flags;
        std::optional<Coin> coin;
    };
    std::vector<Replaced> replaced_;
};

// The answer to find_many(): reusable, no allocation per coin.
class CoinBatch {
public:
    [[nodiscard]] std::size_t size() const { return slots_.size(); }
    [[nodiscard]] std::optional<CoinView> operator[](std::size_t index) const;

private:
    friend class CoinCacheImpl;
    static constexpr std::uint32_t kMissing = 0xFFFFFFFF;
    std::vector<std::uint32_t> slots_;  // into coins_
    store::SpentCoins coins_;
};

struct CoinCacheStats {
    std::size_t budget = 0;
    std::size_t bytes = 0;   // see "Bounds"
    std::size_t coins = 0;   // entries in memory, deletions included
    std::size_t dirty = 0;   // of those: not yet on disk
    std::uint64_t hits = 0;  // inputs found in memory while connecting
    std::uint64_t misses = 0;
    std::uint64_t evicted = 0;
    std::uint64_t total_coins = 0;  // size of the whole set
};

class CoinCache {
public:
    struct Options {
        std::size_t budget = kDefaultBudget;
        std::array<std::uint64_t, 8> hash_key{};  // random per process
    };

    // Reads the CoinState record. `coins` must outlive the cache; nobody else writes to it except through FlushJobs. A
    // fresh database starts with no coins before `genesis` (best_block() is zero and height() kNoHeight).
    [[nodiscard]] static Result<CoinCache, store::KvError> open(const store::Kv& coins, const Options& options);
    CoinCache(CoinCache&&) noexcept;
    CoinCache& operator=(CoinCache&&) noexcept;
    ~CoinCache();

    // The block after which the set is as this cache shows it, and the same for the state on disk.
    [[nodiscard]] const BlockHash& best_block() const;
    [[nodiscard]] Height height() const;
    [[nodiscard]] const store::CoinState& flushed_state() const;

    // Looks up coins, on disk where needed (then they are cached), without spending them.
    [[nodiscard]] Result<void, store::KvError> find_many(std::span<const OutPoint> outpoints, CoinBatch& out);
    [[nodiscard]] Result<std::optional<Coin>, store::KvError> find(const OutPoint& outpoint);

    // What has to be read from disk before `block` can be connected; with `refuse`, also whether its outputs exist.
    [[nodiscard]] PrefetchJob plan_prefetch(const Block& block, Overwrites overwrites);
    // Takes the results in; cheap. A job that ran before the latest flushed() is ignored.
    [[nodiscard]] Result<void, store::KvError> merge(const PrefetchJob& job);

    // Spends the inputs and creates the outputs of a block that passed check_block() and whose parent is best_block(),
    // transaction by transaction in order. Unspendable outputs (OP_RETURN, longer than kMaxScriptBytes) are not kept;
    // nor are those of the genesis block. Reads what is neither cached nor prefetched from disk in one go.
    [[nodiscard]] Result<BlockDelta, ConnectError> connect(const Block& block, const ConnectOptions& options);
    // Undoes the newest unsettled connect().
    void rollback(const Block& block, const BlockDelta& delta);
    // The oldest unsettled block is valid for good; rollback() of it is no longer possible.
    void settle();
    [[nodiscard]] std::size_t unsettled() const;

    // Takes back a settled block, best_block(): removes its outputs, restores what it spent; `block.header().previous`
    // is best afterwards. False: not everything was as the block left it (undo data does not fit, or a historic
    // overwrite).
    [[nodiscard]] Result<bool, store::KvError> disconnect(const Block& block, const store::SpentCoins& spent);

    [[nodiscard]] bool wants_flush() const;
    [[nodiscard]] bool must_wait() const;
    [[nodiscard]] bool flushing() const;
    // Number of changes that freeze() would hand over.
    [[nodiscard]] std::size_t dirty() const;
    // Requires !flushing() and unsettled() == 0. Null when nothing has changed since the last one.
    [[nodiscard]] std::unique_ptr<FlushJob> freeze();
    // Takes back the job after run(). After a failed run the disk is as before and the caller stops the node: the cache
    // only answers reads from then on.
    void flushed(std::unique_ptr<FlushJob> job);

    // Gives all clean coins up and their memory back to the system. Requires !flushing().
    void drop_clean();
    // Changes the budget; a smaller one gives clean coins up and memory back to the system.
    void set_budget(std::size_t bytes);
    [[nodiscard]] CoinCacheStats stats() const;
    void check_invariants() const;

private:
    explicit CoinCache(std::unique_ptr<class CoinCacheImpl> impl);
    std::unique_ptr<class CoinCacheImpl> impl_;
};

}  // namespace keel::chain
