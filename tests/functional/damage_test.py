#!/usr/bin/python3
"""The disk breaks: a clear sentence, a clean stop with exit status 1, and nothing lost that was safe."""

import resource

from keel_node import RpcFailure, equal, run, wait_until


def small_chain(lab, *flags):
    node = lab.node("a", *flags).start()
    node.mine(110)
    coins = node.coins_hash()
    node.stop()
    return node, coins


def the_disk_is_full(lab):
    """A limit on the size of files stands for a full disk: the system refuses the write in the same way."""
    node, coins = small_chain(lab)

    def limit():  # above what databases and the log need, below the space reserved for a block file
        resource.setrlimit(resource.RLIMIT_FSIZE, (12 << 20, 12 << 20))

    node.start(preexec_fn=limit)
    try:
        for _ in range(200):
            node.mine(10)
        raise AssertionError("the limit was not felt")
    except (RpcFailure, OSError, ValueError):
        pass
    except Exception as error:  # the connection ends together with the node
        assert "http" in type(error).__module__, error
    text = node.wait_for_end(1)
    assert text.startswith("Error: "), text
    node.start()
    assert node.height() >= 110
    node.rpc("invalidateblock", node.rpc("getblockhash", 111)) if node.height() > 110 else None
    equal("what was safe", node.coins_hash(), coins)
    node.stop()


def a_database_is_damaged(lab):
    node, coins = small_chain(lab)
    for folder, flag in (("chainstate", "-reindex-chainstate"), ("blocks/index", "-reindex")):
        current = node.chain / folder / "CURRENT"
        current.write_text("damaged")
        text = node.fail_to_start()
        assert text.startswith("Error: ") and flag in text, text
        node.start(flag)
        equal(f"after {flag}", node.coins_hash(), coins)
        node.stop()


def a_table_is_damaged(lab):
    node, coins = small_chain(lab)
    node.start()  # brings what is only in the database's journal into a table
    node.stop()
    tables = list((node.chain / "chainstate").glob("*.sst"))
    assert tables
    for table in tables:
        data = bytearray(table.read_bytes())
        for at in range(0, min(len(data), 4096), 16):
            data[at] ^= 0xff
        table.write_bytes(data)
    node.launch()
    try:
        node.wait_for_rpc(seconds=20)
        node.coins_hash()
        raise AssertionError("the damage was not seen")
    except (AssertionError, RpcFailure) as seen:
        assert "was not seen" not in str(seen), seen
    if node.process.poll() is None:
        node.kill()
    node.start("-reindex-chainstate")
    equal("rebuilt", node.coins_hash(), coins)
    node.stop()


def a_block_file_is_missing(lab):
    node, _ = small_chain(lab)
    hidden = node.block_files()[0].rename(lab.folder / "hidden")
    text = node.launch().wait_for_end() if not runs(node) else ask_for_a_block(node)
    assert "blk00000.dat" in text or "not found" in text or "disk" in text, text
    hidden.rename(node.chain / "blocks" / "blk00000.dat")
    node.start()
    equal("height", node.height(), 110)
    node.stop()


def runs(node):
    node.launch()
    try:
        node.wait_for_rpc(seconds=20)
        return True
    except AssertionError:
        return False


def ask_for_a_block(node):
    try:
        node.rpc("getblock", node.tip())
        raise AssertionError("a block without its file")
    except RpcFailure as failure:
        text = failure.message
    node.kill()
    return text


run(the_disk_is_full, a_database_is_damaged, a_table_is_damaged, a_block_file_is_missing)
