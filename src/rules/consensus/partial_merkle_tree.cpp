#include "rules/consensus/partial_merkle_tree.hpp"

#include "crypto/sha256.hpp"

namespace keel::consensus {
namespace {

using primitives::Txid;

// A block holds no more transactions than this, because none is smaller than 60 bytes.
constexpr std::uint32_t kTxCountMax = 4'000'000 / (4 * 60);

RawHash parent_of(const RawHash& left, const RawHash& right) {
    Bytes both = to_bytes(left.bytes);
    append(both, right.bytes);
    return crypto::sha256d(both);
}

}  // namespace

// Reads bits and hashes in the order in which they were written.
class PartialMerkleTree::Walk {
public:
    explicit Walk(const PartialMerkleTree& tree) : tree_(tree) {}

    RawHash visit(unsigned height, std::uint64_t position) {
        if (failed_ || next_bit_ >= tree_.bits_.size()) {
            failed_ = true;
            return {};
        }
        const bool leads_on = tree_.bits_[next_bit_++];
        if (height == 0 || !leads_on) {
            return take(height == 0 && leads_on);
        }
        const RawHash left = visit(height - 1, position * 2);
        RawHash right = left;
        if (position * 2 + 1 < tree_.width(height - 1)) {
            right = visit(height - 1, position * 2 + 1);
            failed_ = failed_ || right == left;
        }
        return parent_of(left, right);
    }

    [[nodiscard]] bool complete() const {
        return !failed_ && next_hash_ == tree_.hashes_.size() && (next_bit_ + 7) / 8 == (tree_.bits_.size() + 7) / 8;
    }
    std::vector<Txid> take_found() { return std::move(found_); }

private:
    RawHash take(bool wanted) {
        if (next_hash_ >= tree_.hashes_.size()) {
            failed_ = true;
            return {};
        }
        const RawHash hash = tree_.hashes_[next_hash_++];
        if (wanted) {
            found_.push_back(hash_cast<Txid>(hash));
        }
        return hash;
    }

    const PartialMerkleTree& tree_;
    std::size_t next_bit_ = 0;
    std::size_t next_hash_ = 0;
    bool failed_ = false;
    std::vector<Txid> found_;
};

PartialMerkleTree::PartialMerkleTree(std::span<const Txid> txids, const std::vector<bool>& wanted)
    : tx_count_(static_cast<std::uint32_t>(txids.size())) {
    add(top(), 0, txids, wanted);
}

std::uint64_t PartialMerkleTree::width(unsigned height) const {
    return (std::uint64_t{tx_count_} + (std::uint64_t{1} << height) - 1) >> height;
}

unsigned PartialMerkleTree::top() const {
    unsigned height = 0;
    while (width(height) > 1) {
        ++height;
    }
    return height;
}

RawHash PartialMerkleTree::hash_at(unsigned height, std::uint64_t position, std::span<const Txid> txids) const {
    if (height == 0) {
        return hash_cast<RawHash>(txids[position]);
    }
    const RawHash left = hash_at(height - 1, position * 2, txids);
    const bool has_right = position * 2 + 1 < width(height - 1);
    return parent_of(left, has_right ? hash_at(height - 1, position * 2 + 1, txids) : left);
}

void PartialMerkleTree::add(unsigned height, std::uint64_t position, std::span<const Txid> txids,
                            const std::vector<bool>& wanted) {
    const std::uint64_t end = std::min<std::uint64_t>((position + 1) << height, tx_count_);
    bool leads_on = false;
    for (std::uint64_t i = position << height; i < end; ++i) {
        leads_on = leads_on || wanted[i];
    }
    bits_.push_back(leads_on);
    if (height == 0 || !leads_on) {
        hashes_.push_back(hash_at(height, position, txids));
        return;
    }
    add(height - 1, position * 2, txids, wanted);
    if (position * 2 + 1 < width(height - 1)) {
        add(height - 1, position * 2 + 1, txids, wanted);
    }
}

std::optional<PartialMerkleTree::Content> PartialMerkleTree::content() const {
    if (tx_count_ == 0 || tx_count_ > kTxCountMax || hashes_.size() > tx_count_ || bits_.size() < hashes_.size()) {
        return std::nullopt;
    }
    Walk walk(*this);
    const RawHash root = walk.visit(top(), 0);
    if (!walk.complete()) {
        return std::nullopt;
    }
    return Content{root, walk.take_found()};
}

void PartialMerkleTree::write(primitives::Writer& out) const {
    out.write(tx_count_);
    out.write_compact_size(hashes_.size());
    for (const RawHash& hash : hashes_) {
        out.write_hash(hash);
    }
    Bytes packed((bits_.size() + 7) / 8);
    for (std::size_t i = 0; i < bits_.size(); ++i) {
        packed[i / 8] |= static_cast<std::byte>((bits_[i] ? 1U : 0U) << (i % 8));
    }
    out.write_var_bytes(packed);
}

PartialMerkleTree PartialMerkleTree::read(primitives::Reader& in) {
    PartialMerkleTree out;
    out.tx_count_ = in.read<std::uint32_t>();
    const std::size_t count = in.read_count(primitives::kMaxSize, 32);
    for (std::size_t i = 0; i < count; ++i) {
        out.hashes_.push_back(in.read_hash<RawHash>());
    }
    for (const std::byte b : in.read_var_bytes()) {
        for (unsigned bit = 0; bit < 8; ++bit) {
            out.bits_.push_back((std::to_integer<unsigned>(b) >> bit & 1U) != 0);
        }
    }
    return out;
}

}  // namespace keel::consensus
