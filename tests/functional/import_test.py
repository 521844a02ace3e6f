#!/usr/bin/python3
"""Block files read back: -loadblock, -reindex, -reindex-chainstate, another node's folder, files that are damaged."""

import shutil

from keel_node import equal, run, wait_until


def chain_of(lab, name, blocks, *flags):
    """A stopped node with a chain; what its coins are."""
    node = lab.node(name, *flags).start()
    node.mine(blocks)
    coins = node.coins_hash()
    node.stop()
    return node, coins


def loads_block_files(lab):
    for xor in ("-blocksxor=0", "-blocksxor=1"):
        source, coins = chain_of(lab, "source" + xor, 150, xor)
        other = lab.node("other" + xor).start(f"-loadblock={source.block_files()[0]}")
        equal("coins", other.coins_hash(), coins)
        other.stop()
        folder = lab.node("folder" + xor).start(f"-loadblock={source.chain / 'blocks'}")
        equal("coins from the folder", folder.coins_hash(), coins)
        folder.stop()


def loads_blocks_out_of_order(lab):
    source, coins = chain_of(lab, "source", 60, "-blocksxor=0")
    records = split(source.block_files()[0].read_bytes())
    shuffled = lab.folder / "shuffled.dat"
    shuffled.write_bytes(b"junk".join(records[:1] + records[:0:-1]))
    other = lab.node("other").start(f"-loadblock={shuffled}")
    equal("coins", other.coins_hash(), coins)
    other.stop()


def split(data):
    magic, records, at = data[:4], [], 0
    while data[at:at + 4] == magic:
        size = 8 + int.from_bytes(data[at + 4:at + 8], "little")
        records.append(data[at:at + size])
        at += size
    return records


def rebuilds_everything(lab):
    node, coins = chain_of(lab, "a", 150)
    for flag in ("-reindex-chainstate", "-reindex"):
        node.start(flag)
        equal(flag, node.coins_hash(), coins)
        node.stop()
    node.start()
    equal("afterwards", node.coins_hash(), coins)
    node.mine(1)
    node.stop()


def takes_up_an_interrupted_rebuild(lab):
    node, coins = chain_of(lab, "a", 300)
    node.launch("-reindex")
    wait_until("the index was emptied", lambda: node.log().rstrip().rfind("Importing blocks from") > 0, 20)
    node.kill()
    node.start()
    wait_until("all blocks are back", lambda: node.height() == 300)
    equal("coins", node.coins_hash(), coins)
    node.stop()


def survives_damaged_files(lab):
    source, _ = chain_of(lab, "source", 100, "-blocksxor=0")
    data = bytearray(source.block_files()[0].read_bytes())
    records = split(bytes(data))
    cut = sum(map(len, records[:60])) + 90
    truncated = lab.folder / "truncated.dat"
    truncated.write_bytes(data[:cut])
    other = lab.node("truncated").start(f"-loadblock={truncated}")
    equal("up to the cut", other.height(), 59)
    other.stop()
    data[cut] ^= 0xff
    damaged = lab.folder / "damaged.dat"
    damaged.write_bytes(data)
    other = lab.node("damaged").start(f"-loadblock={damaged}")
    equal("up to the damage", other.height(), 59)
    other.stop()
    missing = lab.node("missing").start(f"-loadblock={lab.folder / 'none.dat'}")
    equal("a file that is not there is no reason to stop", missing.height(), 0)
    missing.stop()
    assert "none.dat" in missing.log()


def stops_after_an_import(lab):
    source, _ = chain_of(lab, "source", 20)
    other = lab.node("other").launch(f"-loadblock={source.block_files()[0]}", "-stopafterblockimport")
    other.wait_for_end(0)
    other.start()
    equal("height", other.height(), 20)
    other.stop()


def rebuilds_the_coins_after_their_loss(lab):
    node, coins = chain_of(lab, "a", 50)
    shutil.rmtree(node.chain / "chainstate")
    node.start()
    equal("coins", node.coins_hash(), coins)
    node.stop()


run(loads_block_files, loads_blocks_out_of_order, rebuilds_everything, takes_up_an_interrupted_rebuild,
    survives_damaged_files, stops_after_an_import, rebuilds_the_coins_after_their_loss)
