#include "engine/node/route.hpp"

namespace keel::node {
namespace {

using validation::Source;

template <class... Cases>
struct Overloaded : Cases... {
    using Cases::operator()...;
};

p2p::BlockOutcome outcome_of(validation::Outcome outcome) {
    switch (outcome) {
        case validation::Outcome::connected: return p2p::BlockOutcome::connected;
        case validation::Outcome::stored: return p2p::BlockOutcome::stored;
        case validation::Outcome::duplicate: return p2p::BlockOutcome::duplicate;
        case validation::Outcome::ignored: return p2p::BlockOutcome::ignored;
        case validation::Outcome::rejected: break;
    }
    return p2p::BlockOutcome::rejected;
}

p2p::BlockVerdict verdict_of(const validation::BlockVerdict& verdict) {
    p2p::BlockVerdict out{verdict.hash, std::nullopt, outcome_of(verdict.outcome), verdict.reject};
    if (verdict.source.kind == Source::Kind::peer) {
        out.source = p2p::PeerId(verdict.source.id);
    }
    return out;
}

}  // namespace

void route(p2p::Actions& actions, Outbox& out) {
    const Overloaded to_place{
        [&](p2p::SubmitBlock& it) {
            const Source source{Source::Kind::peer, it.source.value()};
            out.to_validation.emplace_back(
                validation::SubmitBlock{std::move(it.block), it.node, source, it.requested, std::nullopt});
        },
        [&](p2p::SubmitTx& it) {
            out.to_validation.emplace_back(
                validation::SubmitTx{std::move(it.tx), {Source::Kind::peer, it.source.value()}});
        },
        [&](p2p::SubmitPackage& it) {
            out.to_validation.emplace_back(
                validation::SubmitPackage{std::move(it.txs), {Source::Kind::peer, it.source.value()}});
        },
        [&](p2p::TxAskedFor& it) { out.to_validation.emplace_back(validation::MarkUnbroadcast{it.txid, false}); },
        [&](p2p::Answer& it) { out.p2p_answers.push_back(it); },
        [&](auto& it) { out.to_net.emplace_back(std::move(it)); },
    };
    for (p2p::Action& action : actions) {
        std::visit(to_place, action);
    }
    actions.clear();
}

void route(std::vector<validation::Action>& actions, Outbox& out) {
    const Overloaded to_place{
        // p2p hears of every verdict, whoever sent the block: it may have asked a peer for the same one.
        [&](validation::BlockVerdict& it) {
            out.to_p2p.emplace_back(verdict_of(it));
            out.verdicts.push_back(std::move(it));
        },
        [&](validation::BlockTaken& it) {
            if (it.source.kind == Source::Kind::peer) {
                out.to_p2p.emplace_back(p2p::BlockTaken{it.hash});
            } else {
                out.taken.push_back(it);
            }
        },
        [&](validation::TipChanged& it) {
            out.to_p2p.emplace_back(p2p::TipChanged{it.previous, it.fork, it.tip});
            out.tips.push_back(it);
        },
        [&](validation::Answer& it) { out.answers.push_back(std::move(it)); },
        [&](validation::TxVerdict& it) {
            if (it.source.kind == Source::Kind::peer) {
                out.to_p2p.emplace_back(
                    p2p::TxVerdict{std::move(it.tx), p2p::PeerId(it.source.id), std::move(it.result.reject)});
            } else {
                out.tx_verdicts.push_back(std::move(it));
            }
        },
        [&](validation::PackageVerdict& it) {
            if (it.source.kind == Source::Kind::peer) {
                out.to_p2p.emplace_back(p2p::PackageVerdict{std::move(it.txs), p2p::PeerId(it.source.id)});
            } else {
                out.package_verdicts.push_back(std::move(it));
            }
        },
        [&](validation::PoolChanged& it) { out.to_p2p.emplace_back(p2p::PoolChanged{std::move(it.events)}); },
        [&](validation::Fatal& it) { out.fatal.push_back(std::move(it)); },
    };
    for (validation::Action& action : actions) {
        std::visit(to_place, action);
    }
    actions.clear();
}

}  // namespace keel::node
