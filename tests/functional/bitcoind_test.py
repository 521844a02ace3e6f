#!/usr/bin/python3
"""Keel and Bitcoin Core follow each other: sync both ways, reorganizations both ways, the same coins.

KEEL_BITCOIND names a bitcoind; without it nothing is tested. KEEL_CHAIN may name a folder of block files (regtest) to use
as the chain besides the short one that is mined here.
"""

import os
import pathlib
import subprocess
import sys

from keel_node import ADDRESS, OTHER_ADDRESS, Node, equal, run, wait_until

BITCOIND = os.environ.get("KEEL_BITCOIND")


class CoreNode(Node):
    def arguments(self, *more):
        return [BITCOIND, f"-datadir={self.folder}", "-regtest", f"-port={self.port}", f"-bind=127.0.0.1:{self.port}",
                f"-rpcport={self.rpc_port}", "-connect=0", "-printtoconsole=0", "-listenonion=0", "-discover=0",
                "-dnsseed=0", "-fixedseeds=0", "-natpmp=0", "-maxtipage=1000000000", *self.flags, *more]


def core_node(lab, name, *flags):
    node = CoreNode(lab.folder / name, *flags)
    lab.nodes.append(node)
    return node


def connect(one, other):
    one.rpc("addnode", f"127.0.0.1:{other.port}", "onetry")
    wait_until("a connection", lambda: one.rpc("getpeerinfo"))


def part(one):
    for peer in one.rpc("getpeerinfo"):
        one.rpc("disconnectnode", "", peer["id"])
    wait_until("no peers", lambda: not one.rpc("getpeerinfo"))


def agree(*nodes, seconds=120):
    wait_until("one tip", lambda: len({node.tip() for node in nodes}) == 1, seconds)
    for node in nodes[1:]:
        equal("coins", node.coins_hash(), nodes[0].coins_hash())


def syncs_both_ways(lab):
    core, keel, fresh = core_node(lab, "core").start(), lab.node("keel").start(), core_node(lab, "fresh").start()
    core.mine(250)
    connect(keel, core)
    agree(core, keel)
    part(keel)
    connect(fresh, keel)
    agree(core, keel, fresh)
    keel.mine(3)
    agree(keel, fresh)
    for node in (core, keel, fresh):
        node.rpc("stop")
        node.wait_for_end()


def reorganizes_both_ways(lab):
    core, keel = core_node(lab, "core").start(), lab.node("keel", "-maxtipage=1000000000").start()
    connect(keel, core)
    core.mine(10)
    agree(core, keel)
    for loser, winner in ((keel, core), (core, keel)):
        part(keel)
        loser.mine(20, ADDRESS)
        winner.mine(21, OTHER_ADDRESS)
        best = winner.tip()
        connect(keel, core)
        agree(core, keel)
        equal("the longer branch wins", keel.tip(), best)
    for node in (core, keel):
        node.rpc("stop")
        node.wait_for_end()


def syncs_a_prepared_chain(lab):
    folder = os.environ.get("KEEL_CHAIN")
    if folder is None:
        print("     not checked: KEEL_CHAIN names no folder of block files")
        return
    files = [f"-loadblock={path}" for path in sorted(pathlib.Path(folder).glob("blk*.dat"))]
    core = core_node(lab, "core", "-assumevalid=0").start(*files, seconds=1800)
    keel = lab.node("keel", "-assumevalid=0").start()
    connect(keel, core)
    agree(core, keel, seconds=1800)
    fresh = core_node(lab, "fresh", "-assumevalid=0").start()
    connect(fresh, keel)
    agree(keel, fresh, seconds=1800)
    for node in (core, keel, fresh):
        node.rpc("stop")
        node.wait_for_end()


if BITCOIND is None:
    print("skipped: KEEL_BITCOIND names no bitcoind")
    sys.exit(77)
print(subprocess.run([BITCOIND, "-version"], capture_output=True, text=True, check=True).stdout.splitlines()[0])
run(syncs_both_ways, reorganizes_both_ways, syncs_a_prepared_chain)
