#!/usr/bin/python3
"""Kills the program at random moments; each restart must come back by itself to what a clean run has.

KEEL_KILLS says how many kills (200 by default; kill_nightly_test.py asks for 2,000). KEEL_SEED repeats a run.
"""

import os
import random
import time

from keel_node import RpcFailure, address, equal, run, wait_until

KILLS = int(os.environ.get("KEEL_KILLS", "200"))
SEED = int(os.environ.get("KEEL_SEED", str(random.SystemRandom().randrange(1 << 32))))
BLOCKS = 600


def reference(lab):
    """A chain with a branch, and the coins at each height of it."""
    node = lab.node("reference").start()
    node.mine(BLOCKS)
    coins = node.coins_hash()
    node.stop()
    return node, coins


def killed_while_importing(lab):
    rng = random.Random(SEED)
    source, coins = reference(lab)
    for round_number in range(max(KILLS // 12, 1)):
        node = lab.node(f"import {round_number}", "-dbcache=4")
        flag = f"-loadblock={source.block_files()[0]}"
        for _ in range(4):
            node.launch(flag)
            time.sleep(rng.uniform(0.02, 0.5))
            node.kill()
        node.start(flag)
        equal(f"coins (seed {SEED}, round {round_number})", node.coins_hash(), coins)
        for _ in range(2):
            node.kill()
            node.start()
            equal(f"coins after a kill at rest (seed {SEED})", node.coins_hash(), coins)
        node.stop()


def killed_while_syncing(lab):
    rng = random.Random(SEED + 2)
    source, coins = reference(lab)
    source.start()
    for round_number in range(max(KILLS // 16, 1)):
        node = lab.node(f"sync {round_number}", "-dbcache=4", f"-addnode=127.0.0.1:{source.port}")
        for _ in range(4):
            node.launch()
            time.sleep(rng.uniform(0.1, 0.8))
            node.kill()
        node.start()
        wait_until("the whole chain", lambda: node.height() == BLOCKS)
        equal(f"coins (seed {SEED}, round {round_number})", node.coins_hash(), coins)
        node.stop()
    source.stop()


def killed_while_mining_and_reorganizing(lab):
    rng = random.Random(SEED + 1)
    node = lab.node("miner", "-dbcache=4").start()
    clean = lab.node("clean").start()
    for _ in range(max(KILLS // 4, 1)):
        work(node, rng)
        node.kill()
        node.start()
        node.rpc("syncwithvalidationinterfacequeue")  # blocks found on disk may still be on their way
        # What the node has is compared with a node that was never killed and gets the same blocks.
        hand_over(node, clean)
        equal(f"coins (seed {SEED})", node.coins_hash(), clean.coins_hash())
    node.stop()
    clean.stop()


def work(node, rng):
    """Blocks, and now and then a branch, for a random while; ends in the middle of something."""
    end = time.monotonic() + rng.uniform(0.05, 0.3)
    while time.monotonic() < end:
        height = node.height()
        if height > 20 and rng.random() < 0.3:
            old = node.rpc("getblockhash", height - rng.randrange(10))
            node.rpc("invalidateblock", old)
            # An address of its own: the same block twice would be the one marked invalid.
            node.mine(rng.randrange(1, 12), address(rng.randrange(1 << 160)))
            node.rpc("reconsiderblock", old)
        else:
            node.mine(rng.randrange(1, 10))


def hand_over(node, clean):
    chain = []
    at = node.tip()
    while True:
        try:
            if clean.rpc("getblockheader", at)["confirmations"] >= 0:
                break
        except RpcFailure:
            pass
        chain.append(at)
        at = node.rpc("getblockheader", at)["previousblockhash"]
    for name in reversed(chain):
        clean.rpc("submitblock", node.rpc("getblock", name, 0))
    if clean.tip() != node.tip():
        clean.rpc("preciousblock", node.tip())
    wait_until("the same tip", lambda: clean.tip() == node.tip())


run(killed_while_importing, killed_while_syncing, killed_while_mining_and_reorganizing)
