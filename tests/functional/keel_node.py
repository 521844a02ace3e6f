"""A node of the real program for functional tests: started, asked, stopped and killed. Standard library only."""

import base64
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

BIN = pathlib.Path(os.environ.get("KEEL_BIN", pathlib.Path(__file__).resolve().parents[2] / "build" / "release" / "bin"))
BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def address(number):
    """The regtest address (BIP173) of a witness program that nobody has a key for."""
    bits = "".join(f"{byte:08b}" for byte in number.to_bytes(20, "big"))
    data = [0] + [int(bits[at:at + 5], 2) for at in range(0, 160, 5)]
    prefix = "bcrt"
    check = 1
    for value in [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix] + data + [0] * 6:
        top = check >> 25
        check = (check & 0x1ffffff) << 5 ^ value
        for at, generator in enumerate((0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3)):
            check ^= generator if top >> at & 1 else 0
    check ^= 1
    return prefix + "1" + "".join(BECH32[v] for v in data + [check >> 5 * (5 - at) & 31 for at in range(6)])


ADDRESS, OTHER_ADDRESS = address(0), address(1)


class RpcFailure(Exception):
    def __init__(self, error):
        super().__init__(f"{error.get('message')} ({error.get('code')})")
        self.code = error.get("code")
        self.message = error.get("message")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(what, condition, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError(f"{what}: not within {seconds} s")


class Node:
    def __init__(self, folder, *flags):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.chain = self.folder / "regtest"
        self.flags = list(flags)
        self.port, self.rpc_port = free_port(), free_port()
        self.process = None

    def arguments(self, *more):
        return [str(BIN / "keeld"), f"-datadir={self.folder}", "-regtest", f"-port={self.port}",
                f"-bind=127.0.0.1:{self.port}", f"-rpcport={self.rpc_port}", "-connect=0", "-printtoconsole=0",
                *self.flags, *more]

    def launch(self, *more, **options):
        """Starts the process and returns at once."""
        (self.chain / ".cookie").unlink(missing_ok=True)
        self.process = subprocess.Popen(self.arguments(*more), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                        **options)
        return self

    def start(self, *more, loaded=True, seconds=60, **options):
        self.launch(*more, **options)
        self.wait_for_rpc(loaded, seconds)
        return self

    def wait_for_rpc(self, loaded=True, seconds=60):
        def ready():
            if self.process.poll() is not None:
                raise AssertionError(f"the node ended with {self.process.returncode}: {self.process.stderr.read()}")
            try:
                self.rpc("getblockcount")
                return not loaded or self.rpc("getmempoolinfo")["loaded"]
            except (OSError, http.client.HTTPException, RpcFailure, ValueError):
                return False
        wait_until("RPC", ready, seconds)

    def rpc(self, method, *params):
        user = (self.chain / ".cookie").read_text().strip()
        connection = http.client.HTTPConnection("127.0.0.1", self.rpc_port, timeout=300)
        try:
            body = json.dumps({"jsonrpc": "1.0", "id": 1, "method": method, "params": list(params)})
            connection.request("POST", "/", body, {"Authorization": "Basic " + base64.b64encode(user.encode()).decode()})
            answer = json.loads(connection.getresponse().read())
        finally:
            connection.close()
        if answer.get("error"):
            raise RpcFailure(answer["error"])
        return answer["result"]

    def mine(self, count, address=ADDRESS):
        return self.rpc("generatetoaddress", count, address)

    def height(self):
        return self.rpc("getblockcount")

    def tip(self):
        return self.rpc("getbestblockhash")

    def coins_hash(self):
        """What has to be equal when two nodes have the same coins."""
        info = self.rpc("gettxoutsetinfo", "muhash")
        return info["bestblock"], info["txouts"], info["muhash"]

    def stop(self):
        """A clean stop: exit status 0, nothing on standard error."""
        self.rpc("stop")
        return self.wait_for_end(0)

    def wait_for_end(self, status=None, seconds=60):
        out, err = self.process.communicate(timeout=seconds)
        if status is not None:
            assert self.process.returncode == status, f"exit status {self.process.returncode}, not {status}: {err}"
            if status == 0:
                assert err.strip() == "", f"standard error: {err}"
        return out + err

    def kill(self):
        self.process.kill()
        self.process.communicate()

    def fail_to_start(self, *more):
        """The node must refuse to run; returns what it says."""
        self.launch(*more)
        text = self.wait_for_end()
        assert self.process.returncode == 1, f"exit status {self.process.returncode}: {text}"
        return text

    def log(self):
        return (self.chain / "debug.log").read_text()

    def block_files(self):
        return sorted((self.chain / "blocks").glob("blk*.dat"))


class Lab:
    """A folder for nodes. On the way out every node still running is killed, and the folder removed if all went well."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="keel test "))
        self.nodes = []

    def node(self, name, *flags):
        node = Node(self.folder / name, *flags)
        self.nodes.append(node)
        return node

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        for node in self.nodes:
            if node.process is not None and node.process.poll() is None:
                node.process.send_signal(signal.SIGKILL)
                node.process.communicate()
        if kind is None:
            shutil.rmtree(self.folder, ignore_errors=True)
        else:
            print(f"kept: {self.folder}", file=sys.stderr)


def equal(what, actual, expected):
    assert actual == expected, f"{what}: {actual!r}, expected {expected!r}"


def run(*tests):
    """Runs each test with a Lab of its own."""
    for test in tests:
        begin = time.monotonic()
        with Lab() as lab:
            test(lab)
        print(f"ok   {test.__name__}  ({time.monotonic() - begin:.1f} s)", flush=True)
