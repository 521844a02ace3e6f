#!/usr/bin/python3
"""The program starts, says clearly why it cannot, leaves the right files, and stops cleanly."""

import os
import signal
import stat
import subprocess

from keel_node import BIN, Lab, equal, run, wait_until


def starts_stops_and_continues(lab):
    node = lab.node("a").start()
    equal("height", node.height(), 0)
    assert (node.chain / "wallets").is_dir()
    assert (node.chain / "keeld.pid").read_text().strip() == str(node.process.pid)
    equal("mode of the folder", stat.S_IMODE(node.chain.stat().st_mode), 0o700)
    equal("mode of the log", stat.S_IMODE((node.chain / "debug.log").stat().st_mode), 0o600)
    blocks = node.mine(5)
    node.stop()
    assert not (node.chain / ".cookie").exists()
    assert not (node.chain / "keeld.pid").exists()
    folders = sorted(entry.name for entry in node.chain.iterdir() if entry.is_dir())
    equal("folders", folders, ["blocks", "chainstate", "fees", "indexes", "wallets"])
    node.start()
    equal("tip after a restart", node.tip(), blocks[-1])
    node.process.send_signal(signal.SIGTERM)
    node.wait_for_end(0)
    node.start()
    node.process.send_signal(signal.SIGINT)
    node.wait_for_end(0)


def opens_the_log_anew_on_sighup(lab):
    node = lab.node("a").start()
    log = node.chain / "debug.log"
    log.rename(node.chain / "debug.log.1")
    node.process.send_signal(signal.SIGHUP)
    wait_until("a new log", lambda: log.exists())
    node.mine(1)
    node.stop()
    assert "Shutdown done" in node.log()


def refuses_a_directory_in_use(lab):
    node = lab.node("a").start()
    second = lab.node("b")
    second.folder = node.folder
    second.chain = node.chain
    cookie = (node.chain / ".cookie").read_text()
    second.process = subprocess.Popen(second.arguments(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    text = second.wait_for_end(1)
    equal("message", text.strip(), f"Error: Cannot obtain a lock on directory {node.chain}. Keel is probably already running.")
    equal("the cookie of the first", (node.chain / ".cookie").read_text(), cookie)
    node.stop()


def words_its_errors_as_others_do(lab):
    node = lab.node("a")
    expected = {
        "-dash_cli=1": "Error: Error parsing command line arguments: Invalid parameter -dash_cli=1",
        "-dbcahce=5": "Error: Error parsing command line arguments: Invalid parameter -dbcahce=5. Did you mean -dbcache?",
        "-proxy": "Error: Error parsing command line arguments: Can not set -proxy with no value. Please specify value with "
                  "-proxy=value.",
        "-port=65536": "Error: Invalid port specified in -port: '65536'",
        "-debug=nonsense": "Error: Unsupported logging category -debug=nonsense.",
        "-chain=regtest": "Error: Invalid combination of -regtest, -signet, -testnet, -testnet4 and -chain. Can use at most "
                          "one.",
        "-prune=1": None,
        "-prune=-1": "Error: Prune cannot be configured with a negative value.",
        "-prune=549": "Error: Prune configured below the minimum of 550 MiB.  Please use a higher number.",
        "-uacomment=/": "Error: User Agent comment (/) contains unsafe characters.",
        "-listen=0": "Error: Cannot set -bind or -whitebind together with -listen=0",
        "-reindex-chainstate": None,
        "-rpcauth=foo": "Error: Unable to start HTTP server. See debug log for details.",
        "token": "Error: Command line contains unexpected token 'token', see keeld -h for a list of options.",
    }
    for flag, message in expected.items():
        if message is not None:
            equal(flag, node.fail_to_start(flag).strip(), message)


def reads_its_configuration_file(lab):
    node = lab.node("a")
    node.folder.joinpath("bitcoin.conf").write_text("[regtest]\nuacomment=from the file\nunknown=1\n")
    node.start()
    subversion = node.rpc("getnetworkinfo")["subversion"]
    assert subversion.endswith("(from the file)/"), subversion
    node.stop()
    assert "Ignoring unknown configuration value regtest.unknown" in node.log()
    node.folder.joinpath("keel.conf").write_text("[regtest]\nunknown=1\n")
    text = node.fail_to_start()
    assert "Invalid configuration value regtest.unknown" in text and "line 2" in text, text


def cannot_write_to_a_read_only_directory(lab):
    if os.geteuid() == 0:
        print("     not checked: the superuser may write everywhere")
        return
    node = lab.node("a").start()
    node.stop()
    node.chain.chmod(0o500)
    text = node.fail_to_start()
    node.chain.chmod(0o700)
    assert text.startswith("Error: ") and str(node.chain) in text, text


def explains_itself(_):
    for arguments in (["help"], ["help", "node"], ["node", "-help"], ["version"], ["rpc", "-help"], ["-version"]):
        out = subprocess.run([BIN / "keel", *arguments], capture_output=True, text=True, check=True).stdout
        assert "eel" in out, arguments
    assert "version" in subprocess.run([BIN / "keeld", "-version"], capture_output=True, text=True, check=True).stdout
    wrong = subprocess.run([BIN / "keel", "nothing"], capture_output=True, text=True, check=False)
    equal("exit status", wrong.returncode, 1)


run(starts_stops_and_continues, opens_the_log_anew_on_sighup, refuses_a_directory_in_use, words_its_errors_as_others_do,
    reads_its_configuration_file, cannot_write_to_a_read_only_directory, explains_itself)
