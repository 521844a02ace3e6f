#!/usr/bin/python3
"""`keel network up`: nodes that find each other and agree, and nothing left behind however it ends."""

import json
import os
import pathlib
import pty
import re
import select
import signal
import subprocess
import time

from keel_node import BIN, equal, run, wait_until


class Network:
    """A network whose temporary folder is below the lab's, so that what stays behind is seen."""

    def __init__(self, lab, *arguments):
        self.temporary = lab.folder
        self.process = subprocess.Popen([BIN / "keel", "network", "up", "--json", *arguments], text=True,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        env={**os.environ, "TMPDIR": str(lab.folder)})
        lab.nodes.append(self)
        first = self.process.stdout.readline()
        self.ready = json.loads(first) if first else None

    def event(self):
        return json.loads(self.process.stdout.readline())

    def wait_for(self, what, condition, seconds=60):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            event = self.event()
            if condition(event):
                return event
        raise AssertionError(f"{what}: not within {seconds} s")

    def pids(self):
        return [node["pid"] for node in self.ready["nodes"]]

    def end(self, sign):
        self.process.send_signal(sign)
        out, err = self.process.communicate(timeout=60)
        return out, err

    def expect_nothing_left(self, folder=True):
        wait_until("all processes gone", lambda: not any(is_running(pid) for pid in self.pids()))
        if folder:
            equal("folders left behind", list(self.temporary.glob("keel-network-*")), [])


def is_running(pid):
    try:
        return ") Z " not in pathlib.Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False


def agreed(event, height):
    return all(node["height"] >= height for node in event["nodes"]) and len({node["tip"] for node in event["nodes"]}) == 1


def twenty_nodes_agree_and_stop(lab):
    network = Network(lab, "--nodes", "20", "--topology", "random", "--block-interval", "0.5")
    print(f"     20 nodes ready after {network.ready['ready_after_ms']} ms")
    equal("nodes", len(network.ready["nodes"]), 20)
    network.wait_for("agreement on block 5", lambda event: agreed(event, 5))
    out, err = network.end(signal.SIGINT)
    equal("exit status", network.process.returncode, 0)
    equal("standard error", err, "")
    equal("last event", json.loads(out.splitlines()[-1])["event"], "stopped")
    network.expect_nothing_left()


def ends_after_its_duration(lab):
    network = Network(lab, "--nodes=1", "--block-interval=0", "--duration=1")
    out, err = network.process.communicate(timeout=60)
    equal("exit status", network.process.returncode, 0)
    equal("height", json.loads(out.splitlines()[-1])["nodes"][0]["height"], 0)
    equal("standard error", err, "")
    network.expect_nothing_left()


def shows_a_killed_node_and_goes_on(lab):
    network = Network(lab, "--nodes", "3", "--topology", "ring", "--block-interval", "0.5")
    os.kill(network.pids()[1], signal.SIGKILL)
    event = network.wait_for("the end of node 1", lambda event: event["nodes"][1]["state"] == "ended")
    equal("ending", event["nodes"][1]["ending"], "killed by signal 9")
    height = event["nodes"][0]["height"]
    network.wait_for("more blocks", lambda event: event["nodes"][0]["height"] > height + 1 and
                     event["nodes"][0]["tip"] == event["nodes"][2]["tip"])
    network.end(signal.SIGTERM)
    equal("exit status", network.process.returncode, 0)
    network.expect_nothing_left()


def ends_when_every_node_has_ended(lab):
    network = Network(lab, "--nodes", "2")
    for pid in network.pids():
        os.kill(pid, signal.SIGKILL)
    _, err = network.process.communicate(timeout=60)
    equal("exit status", network.process.returncode, 1)
    equal("standard error", err, "Error: Every node has ended.\n")
    network.expect_nothing_left()


def nodes_die_with_a_killed_network(lab):
    network = Network(lab, "--nodes", "3")
    network.end(signal.SIGKILL)
    network.expect_nothing_left(folder=False)
    for folder in lab.folder.glob("keel-network-*"):
        os.utime(folder, (0, 0))  # long ago: the next network sweeps it
    after = Network(lab, "--nodes", "1")
    after.end(signal.SIGINT)
    after.expect_nothing_left()


def says_why_it_cannot_start(lab):
    network = Network(lab, "--nodes", "2", "--program", "/bin/false")
    _, err = network.process.communicate(timeout=60)
    equal("exit status", network.process.returncode, 1)
    equal("standard error", err, "Error: Node 0 ended (exit code 1).\n")
    equal("folders left behind", list(lab.folder.glob("keel-network-*")), [])


def goes_on_in_a_named_folder(lab):
    place = lab.folder / "kept"
    first = Network(lab, "--nodes", "2", "--block-interval", "0.2", "--datadir", place)
    first.wait_for("some blocks", lambda event: agreed(event, 4))
    first.end(signal.SIGINT)
    first.expect_nothing_left()
    again = Network(lab, "--nodes", "2", "--block-interval", "0", "--datadir", place)
    assert min(node["height"] for node in again.ready["nodes"]) >= 4, again.ready
    again.end(signal.SIGINT)


def draws_on_a_terminal_and_stops_at_control_c(lab):
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ["TMPDIR"] = str(lab.folder)
        os.execv(BIN / "keel", ["keel", "network", "up", "--nodes", "2", "--block-interval", "0.3"])
    text = ""

    def read(seconds):
        nonlocal text
        if select.select([terminal], [], [], seconds)[0]:
            try:
                text += os.read(terminal, 65536).decode()
            except OSError:
                return False
        return True

    end = time.monotonic() + 60
    agree = re.compile(r"all 2 nodes agree on block [1-9]")
    while not agree.search(text) and time.monotonic() < end:
        read(0.2)
    assert agree.search(text), text[-2000:]
    os.write(terminal, b"\x03")
    while read(5) and time.monotonic() < end:
        pass
    equal("exit status", os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 0)
    assert text.index("\x1b[?1049h") < text.rindex("\x1b[?1049l"), "the screen is given back"
    equal("folders left behind", list(lab.folder.glob("keel-network-*")), [])


run(twenty_nodes_agree_and_stop, ends_after_its_duration, shows_a_killed_node_and_goes_on, ends_when_every_node_has_ended,
    nodes_die_with_a_killed_network, says_why_it_cannot_start, goes_on_in_a_named_folder,
    draws_on_a_terminal_and_stops_at_control_c)
