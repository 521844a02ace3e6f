#!/usr/bin/python3
"""Keel and Bitcoin Core as peers: each syncs a chain from the other, and both follow reorganizations.

Needs a bitcoind: its path in BITCOIND, or one on PATH. Without it ctest shows this test as skipped.
"""

import os
import shutil
import sys

from keel_node import ADDRESS, OTHER_ADDRESS, Node, equal, run, wait_until

SKIPPED = 77
BITCOIND = os.environ.get("BITCOIND") or shutil.which("bitcoind")


class Core(Node):
    """bitcoind with the same flags."""

    def arguments(self, *more):
        own = ["-listen=1", "-dnsseed=0", "-fixedseeds=0", "-listenonion=0", "-discover=0"]
        return [BITCOIND, *super().arguments(*more)[1:], *own]


def core_node(lab, name):
    node = Core(lab.folder / name)
    lab.nodes.append(node)
    return node.start()


def agree(*nodes):
    wait_until("one tip", lambda: len({node.tip() for node in nodes}) == 1)
    for node in nodes[1:]:
        equal("coins", node.coins_hash(), nodes[0].coins_hash())


def keel_syncs_from_core_and_core_from_keel(lab):
    keel, core = lab.node("keel").start(), core_node(lab, "core")
    core.mine(150)
    keel.rpc("addnode", f"127.0.0.1:{core.port}", "onetry")
    agree(core, keel)
    second = core_node(lab, "second core")
    second.rpc("addnode", f"127.0.0.1:{keel.port}", "onetry")
    agree(core, keel, second)


def both_follow_a_reorganization_of_20_blocks_by_the_other(lab):
    keel, core = lab.node("keel").start(), core_node(lab, "core")
    core.mine(110)
    core.rpc("addnode", f"127.0.0.1:{keel.port}", "onetry")
    agree(core, keel)
    for miner, follower, payee in ((keel, core, OTHER_ADDRESS), (core, keel, ADDRESS)):
        fork = miner.rpc("getblockhash", miner.height() - 19)
        miner.rpc("invalidateblock", fork)
        miner.mine(25, payee)
        miner.rpc("reconsiderblock", fork)  # the branch left behind is valid, only shorter
        agree(miner, follower)


def blocks_travel_both_ways_as_they_are_mined(lab):
    keel, core = lab.node("keel").start(), core_node(lab, "core")
    keel.rpc("addnode", f"127.0.0.1:{core.port}", "onetry")
    for number in range(6):
        (keel if number % 2 else core).mine(3)
        agree(core, keel)


if BITCOIND is None:
    print("skipped: no bitcoind; set BITCOIND to its path to run this")
    sys.exit(SKIPPED)
run(keel_syncs_from_core_and_core_from_keel, both_follow_a_reorganization_of_20_blocks_by_the_other,
    blocks_travel_both_ways_as_they_are_mined)
