// Transactions between peers: what is announced, served, asked for and handed on.
#include "engine/p2p/tx_relay.hpp"

#include <gtest/gtest.h>

#include "engine/p2p/lab_test.hpp"
#include "engine/p2p/tx_limits.hpp"
#include "engine/policy/pool_rules.hpp"

namespace keel::p2p {
namespace {

using primitives::Amount;
using primitives::TxPtr;
using wire::InvType;

TxPtr make_tx(std::uint8_t number, const std::optional<primitives::Txid>& parent = {}) {
    primitives::MutableTx tx;
    tx.inputs.resize(1);
    tx.inputs[0].prevout.txid.bytes[0] = std::byte{number};
    if (parent) tx.inputs[0].prevout.txid = *parent;
    tx.inputs[0].witness = {Bytes(5)};
    tx.outputs = {{Amount(1000 + number), Bytes(30)}};
    return tx.freeze();
}

class TxRelayTest : public ::testing::Test {
protected:
    TxRelayTest() {
        lab_.chain.mine_empty(3);
        lab_.set_clock_after(3);
        lab_.own_chain(3);
    }

    PeerId connect(ConnectionKind kind) {
        const PeerId peer = lab_.attach(kind);
        auto version = std::get<wire::Version>(Lab::version());
        version.relay = true;
        lab_.receive(peer, version);
        lab_.receive(peer, wire::WtxidRelay{});
        lab_.receive(peer, wire::Verack{});
        return peer;
    }

    // As if validation had taken it.
    Actions enter(const TxPtr& tx, std::int64_t fee = 10'000) {
        mempool::Entry entry;
        entry.tx = tx;
        entry.fee = entry.modified_fee = Amount(fee);
        entry.weight = entry.adjusted_weight = tx->view().weight().value();
        entry.sequence = ++sequence_;
        const auto kept = std::make_shared<const mempool::Entry>(entry);
        auto cluster = std::make_shared<mempool::Cluster>();
        cluster->txs = {kept};
        cluster->ancestors = cluster->descendants = {1};
        cluster->chunks = {{0, 1, {fee, entry.adjusted_weight}}};
        const std::vector<mempool::EntryPtr> added = {kept};
        const std::vector<mempool::ClusterPtr> clusters = {cluster};
        mempool::Totals totals;
        totals.count = ++count_;
        totals.sequence = sequence_ + 1;
        lab_.pool.apply({{}, added, clusters, totals});
        return lab_.handle(PoolChanged{{{kept, std::nullopt, entry.sequence}}});
    }

    static wire::InvEntry by_wtxid(const TxPtr& tx) { return {InvType::wtx, hash_cast<RawHash>(tx->wtxid())}; }
    // Of an announcement or a request of one transaction.
    template <class M>
    static bool names(const std::vector<M>& messages, const wire::InvEntry& entry) {
        return std::ranges::any_of(messages, [&](const M& message) {
            return std::ranges::find(message.entries, entry) != message.entries.end();
        });
    }

    Lab lab_;
    std::uint64_t sequence_ = 0;
    std::size_t count_ = 0;
};

TEST_F(TxRelayTest, ATransactionIsAnnouncedByWtxidAndServed) {
    const PeerId peer = connect(ConnectionKind::outbound_full);
    lab_.advance(seconds(1));
    const TxPtr tx = make_tx(1);
    enter(tx);
    const auto early = sent<wire::NotFound>(lab_.receive(peer, wire::GetData{{by_wtxid(tx)}}), peer);
    EXPECT_TRUE(names(early, by_wtxid(tx))) << "nobody can ask what has just come";
    const auto invs = sent<wire::Inv>(lab_.advance(seconds(120)), peer);
    ASSERT_TRUE(names(invs, by_wtxid(tx)));
    lab_.pool.set_unbroadcast(tx->txid(), true);
    const Actions actions = lab_.receive(peer, wire::GetData{{by_wtxid(tx)}});
    const auto served = sent<wire::TxMessage>(actions, peer);
    ASSERT_EQ(served.size(), 1U);
    EXPECT_EQ(served[0].tx->wtxid(), tx->wtxid());
    EXPECT_EQ(all_of<TxAskedFor>(actions).size(), 1U);
    const auto stripped = lab_.receive(peer, wire::GetData{{{InvType::tx, hash_cast<RawHash>(tx->txid())}}});
    EXPECT_FALSE(sent<wire::TxMessage>(stripped, peer).at(0).tx->view().has_witness());
}

TEST_F(TxRelayTest, NotWhatThePeerAnnouncedItselfNorWhatItsFilterKeepsOut) {
    const PeerId peer = connect(ConnectionKind::inbound);
    const TxPtr known = make_tx(1);
    const TxPtr poor = make_tx(2);
    lab_.receive(peer, wire::Inv{{by_wtxid(known)}});
    lab_.receive(peer, wire::FeeFilter{1'000'000});
    enter(known, 1'000'000);
    enter(poor, 10);
    const auto invs = sent<wire::Inv>(lab_.advance(seconds(600)), peer);
    EXPECT_FALSE(names(invs, by_wtxid(known)));
    EXPECT_FALSE(names(invs, by_wtxid(poor)));
}

TEST_F(TxRelayTest, OurFeeFilterIsSentOnce) {
    const PeerId peer = connect(ConnectionKind::inbound);
    const auto filters = sent<wire::FeeFilter>(lab_.advance(seconds(3600)), peer);
    ASSERT_EQ(filters.size(), 1U);
    EXPECT_EQ(filters[0].sat_per_kvb, 100);
}

TEST_F(TxRelayTest, AnAnnouncedTransactionIsFetchedAndHandedOn) {
    const PeerId out = connect(ConnectionKind::outbound_full);
    const PeerId in = connect(ConnectionKind::inbound);
    const TxPtr tx = make_tx(1);
    Actions actions = lab_.receive(in, wire::Inv{{by_wtxid(tx)}});
    EXPECT_TRUE(sent<wire::GetData>(actions, in).empty()) << "inbound peers wait";
    actions = lab_.receive(out, wire::Inv{{by_wtxid(tx)}});
    EXPECT_TRUE(names(sent<wire::GetData>(actions, out), by_wtxid(tx)));
    const auto submitted = all_of<SubmitTx>(lab_.receive(out, wire::TxMessage{tx}));
    ASSERT_EQ(submitted.size(), 1U);
    EXPECT_EQ(submitted[0].source, out);
    EXPECT_TRUE(all_of<SubmitTx>(lab_.receive(in, wire::TxMessage{tx})).empty()) << "it is being judged";
    lab_.handle(TxVerdict{tx, out, consensus::Reject(policy::kClusterRule)});
    EXPECT_TRUE(sent<wire::GetData>(lab_.receive(in, wire::Inv{{by_wtxid(tx)}}), in).empty());
    EXPECT_TRUE(all_of<SubmitTx>(lab_.receive(in, wire::TxMessage{tx})).empty()) << "refused";
    lab_.handle(TipChanged{lab_.tip, lab_.tip, lab_.tip});
    EXPECT_EQ(all_of<SubmitTx>(lab_.receive(in, wire::TxMessage{tx})).size(), 1U) << "another chain, another chance";
}

TEST_F(TxRelayTest, AnOrphanWaitsForItsParents) {
    const PeerId peer = connect(ConnectionKind::outbound_full);
    const TxPtr parent = make_tx(1);
    const TxPtr child = make_tx(2, parent->txid());
    ASSERT_EQ(all_of<SubmitTx>(lab_.receive(peer, wire::TxMessage{child})).size(), 1U);
    Actions actions = lab_.handle(TxVerdict{child, peer, consensus::Reject(policy::kInputsKnownRule)});
    std::ranges::move(lab_.advance(kTxDelayByTxid), std::back_inserter(actions));
    const wire::InvEntry wanted{InvType::witness_tx, hash_cast<RawHash>(parent->txid())};
    EXPECT_TRUE(names(sent<wire::GetData>(actions, peer), wanted));
    EXPECT_EQ(all_of<SubmitTx>(lab_.receive(peer, wire::TxMessage{parent})).size(), 1U);
    const auto again = all_of<SubmitTx>(enter(parent));
    ASSERT_EQ(again.size(), 1U);
    EXPECT_EQ(again[0].tx->txid(), child->txid());
}

TEST_F(TxRelayTest, AParentThatPaysTooLittleComesWithItsOrphan) {
    const PeerId peer = connect(ConnectionKind::outbound_full);
    const TxPtr parent = make_tx(1);
    const TxPtr child = make_tx(2, parent->txid());
    lab_.receive(peer, wire::TxMessage{child});
    lab_.handle(TxVerdict{child, peer, consensus::Reject(policy::kInputsKnownRule)});
    lab_.receive(peer, wire::TxMessage{parent});
    const Actions actions = lab_.handle(TxVerdict{parent, peer, consensus::Reject(policy::kRoomRule)});
    const auto packages = all_of<SubmitPackage>(actions);
    ASSERT_EQ(packages.size(), 1U);
    EXPECT_EQ(packages[0].txs[0]->txid(), parent->txid());
    EXPECT_EQ(packages[0].txs[1]->txid(), child->txid());
}

TEST_F(TxRelayTest, ABlockRelayConnectionCarriesNoTransactions) {
    const PeerId first = connect(ConnectionKind::block_relay);
    EXPECT_EQ(close_of(lab_.receive(first, wire::Inv{{by_wtxid(make_tx(1))}}), first), CloseReason::protocol_violation);
    const PeerId second = connect(ConnectionKind::block_relay);
    EXPECT_EQ(close_of(lab_.receive(second, wire::TxMessage{make_tx(1)}), second), CloseReason::protocol_violation);
}

TEST_F(TxRelayTest, NothingIsFetchedDuringTheInitialDownload) {
    Lab young;
    young.now.unix += std::chrono::hours(48);  // its only block is old
    const PeerId peer = young.connect(ConnectionKind::outbound_full);
    EXPECT_TRUE(young.receive(peer, wire::TxMessage{make_tx(1)}).empty());
    const auto filters = sent<wire::FeeFilter>(young.advance(seconds(1)), peer);
    ASSERT_EQ(filters.size(), 1U);
    EXPECT_EQ(filters[0].sat_per_kvb, primitives::kMaxMoney.satoshi());
}

}  // namespace
}  // namespace keel::p2p
