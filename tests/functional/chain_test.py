#!/usr/bin/python3
"""Blocks through RPC: mining, branches, invalidating, reorganizing; nodes that follow each other over loopback."""

from keel_node import ADDRESS, OTHER_ADDRESS, RpcFailure, equal, run, wait_until


def invalidates_and_reconsiders(lab):
    node = lab.node("a").start()
    blocks = node.mine(30)
    before = node.coins_hash()
    node.rpc("invalidateblock", blocks[9])
    equal("height below the invalid block", node.height(), 9)
    branch = node.mine(3, OTHER_ADDRESS)
    equal("tip of the new branch", node.tip(), branch[-1])
    node.rpc("reconsiderblock", blocks[9])
    equal("the better branch is back", node.tip(), blocks[-1])
    equal("coins", node.coins_hash(), before)
    tips = {tip["hash"]: tip["status"] for tip in node.rpc("getchaintips")}
    equal("status of the branch", tips[branch[-1]], "valid-fork")
    node.stop()
    node.start()
    equal("tip after a restart", node.tip(), blocks[-1])
    equal("coins after a restart", node.coins_hash(), before)
    node.stop()


def submits_blocks(lab):
    miner, other = lab.node("a").start(), lab.node("b").start()
    blocks = [miner.rpc("getblock", name, 0) for name in miner.mine(4)]
    equal("first", other.rpc("submitblock", blocks[0]), None)
    equal("again", other.rpc("submitblock", blocks[0]), "duplicate")
    try:
        other.rpc("submitblock", "00")
        raise AssertionError("accepted")
    except RpcFailure as failure:
        equal("code", failure.code, -22)
    damaged = bytearray.fromhex(blocks[1])
    damaged[40] ^= 1  # in the merkle root
    assert other.rpc("submitblock", damaged.hex()) in ("high-hash", "bad-txnmrklroot")
    for block in blocks[1:]:
        equal("next", other.rpc("submitblock", block), None)
    equal("coins", other.coins_hash(), miner.coins_hash())
    miner.stop()
    other.stop()


def two_nodes_follow_each_other(lab):
    first, second = lab.node("a").start(), lab.node("b").start()
    first.mine(120)
    second.rpc("addnode", f"127.0.0.1:{first.port}", "onetry")
    wait_until("the second has all blocks", lambda: second.tip() == first.tip())
    equal("coins", second.coins_hash(), first.coins_hash())
    second.mine(1)
    wait_until("a block goes the other way", lambda: second.tip() == first.tip())
    for node in (first, second):
        peer, = node.rpc("getpeerinfo")
        assert peer["subver"].startswith("/Keel:"), peer
    first.stop()
    second.stop()


def a_reorganization_of_20_blocks(lab):
    first, second = lab.node("a").start(), lab.node("b").start()
    second.rpc("addnode", f"127.0.0.1:{first.port}", "onetry")
    first.mine(10)
    wait_until("a common chain", lambda: second.height() == 10)
    second.rpc("disconnectnode", "", second.rpc("getpeerinfo")[0]["id"])
    wait_until("no peers", lambda: not first.rpc("getpeerinfo"))
    first.mine(20, ADDRESS)
    second.mine(21, OTHER_ADDRESS)
    assert first.tip() != second.tip()
    second.rpc("addnode", f"127.0.0.1:{first.port}", "onetry")
    wait_until("one chain", lambda: first.tip() == second.tip())
    equal("height", first.height(), 31)
    equal("coins", first.coins_hash(), second.coins_hash())
    first.stop()
    second.stop()
    first.start()
    equal("height after a restart", first.height(), 31)
    first.stop()


run(invalidates_and_reconsiders, submits_blocks, two_nodes_follow_each_other, a_reorganization_of_20_blocks)
