#!/usr/bin/python3
"""Pruning: old block files go, the chain stays, and what is gone is said to be gone."""

from keel_node import RpcFailure, equal, run, wait_until


def prunes_by_hand(lab):
    node = lab.node("a", "-fastprune", "-prune=1").start()
    node.mine(1200)
    before = len(node.block_files())
    assert before > 2, before
    coins = node.coins_hash()
    first = node.rpc("getblockhash", 1)
    pruned = node.rpc("pruneblockchain", 700)
    assert 0 < pruned <= 700, pruned
    # Files go once the index on disk no longer points into them.
    wait_until("fewer block files", lambda: len(node.block_files()) < before)
    try:
        node.rpc("getblock", first)
        raise AssertionError("a pruned block was read")
    except RpcFailure as failure:
        assert "pruned" in failure.message, failure.message
    info = node.rpc("getblockchaininfo")
    assert info["pruned"] and info["pruneheight"] > 1, info
    node.stop()
    node.start()
    equal("coins after a restart", node.coins_hash(), coins)
    equal("height of pruning", node.rpc("getblockchaininfo")["pruneheight"], info["pruneheight"])
    node.mine(5)
    node.stop()


run(prunes_by_hand)
