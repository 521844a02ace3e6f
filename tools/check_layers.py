#!/usr/bin/python3
"""Checks src/ against layers.toml: folders, includes, CMake dependencies, cycles, and what pure rooms may say.

usage: check_layers.py [ROOT]     prints one line per violation; exit code 1 when there is any
"""

import pathlib
import re
import sys
import tomllib

import source_text

# What a pure room must not say, by kind. A kind can be waived for a file in layers.toml.
BANNED = {
    "clock": r"\w+_clock\s*::\s*now|\bclock_gettime\b|\bgettimeofday\b|\bstd::time\b|<ctime>",
    "thread": r"\bstd::(?:j?thread|async|future|promise|condition_variable\w*|this_thread|(?:counting|binary)_semaphore"
              r"|latch|barrier|call_once|once_flag)\b|\bpthread_\w+|\bthread_local\b"
              r"|<(?:thread|future|condition_variable|semaphore|latch|barrier|stop_token)>",
    "monitor": r"\bstd::(?:\w*mutex|lock_guard|unique_lock|scoped_lock|shared_lock|atomic\w*)\b|<(?:shared_)?mutex>|<atomic>",
    "entropy": r"\bstd::(?:random_device|mt19937\w*|minstd_rand0?|default_random_engine|shuffle|sample|\w+_distribution)\b"
               r"|\bs?rand\s*\(|\bgetrandom\b|\bgetentropy\b|<random>",
    "environment": r"\b(?:secure_)?getenv\b|\bsetenv\b|\bstd::system\b",
    "file": r"\bf(?:re)?open\b|\bstd::(?:[iow]?fstream|filesystem|FILE)\b|\bFILE\s*\*|<(?:fstream|filesystem)>",
    "stdio": r"\bstd::(?:cout|cerr|clog|cin|f?printf|fputs|puts|fwrite|fflush)\b|\bf?printf\s*\(|\bfputs\s*\("
             r"|<(?:iostream|cstdio|syncstream)>|\bstd(?:out|err)\b",
    "exception": r"\bthrow\b|\btry\s*\{|\bcatch\s*\(",
}
BANNED = {kind: re.compile(pattern) for kind, pattern in BANNED.items()}

COROUTINES = re.compile(r"\bco_(?:await|yield|return)\b|<coroutine>")

# Includes that are neither ours nor the C++ standard library, by family.
FAMILIES = [
    ("unordered", re.compile(r"boost/unordered/|boost/unordered_")),
    ("boost", re.compile(r"boost/")),
    ("openssl", re.compile(r"openssl/")),
    ("rocksdb", re.compile(r"rocksdb/")),
    ("spdlog", re.compile(r"(?:spdlog|fmt)/")),
    ("secp256k1", re.compile(r"secp256k1")),
    ("gmp", re.compile(r"gmp\.h$")),
    ("intrinsics", re.compile(r"(?:\w+intrin|cpuid|arm_neon|sys/auxv)\.h$")),
    ("testing", re.compile(r"(?:gtest|gmock|benchmark)/")),
    ("posix", re.compile(r".*\.h$")),
]
TEST_FAMILIES = {"testing", "boost", "unordered", "posix"}
STANDARD = re.compile(r"[a-z_0-9]+$")


def family_of(header):
    return next((name for name, pattern in FAMILIES if pattern.match(header)), "unknown")


class Layers:
    """layers.toml, read and checked in itself."""

    def __init__(self, root, errors):
        config = tomllib.loads((root / "layers.toml").read_text())
        self.floors = config["floors"]
        self.rooms = config["rooms"]
        self.waived = {}
        for waiver in config.get("waivers", []):
            if not waiver.get("reason"):
                errors.append(f"layers.toml: waiver for {waiver['files']} gives no reason")
            for file in waiver["files"]:
                self.waived.setdefault(file, set()).update(waiver["allow"])
        for name, room in self.rooms.items():
            if room["floor"] not in self.floors:
                errors.append(f"layers.toml: room {name} is on an unknown floor {room['floor']}")
            if room["deps"] == ["*"]:
                room["deps"] = [other for other in self.rooms if other not in (name, "testing")]
            self._check_deps(name, room, errors)
        errors += [f"layers.toml: cycle {c}" for c in cycles({n: set(r["deps"]) for n, r in self.rooms.items()})]

    def _check_deps(self, name, room, errors):
        for dep in [*room["deps"], *room.get("test_deps", [])]:
            if dep not in self.rooms:
                errors.append(f"layers.toml: room {name} depends on an unknown room {dep}")
            elif dep in room["deps"] and self.level(dep) > self.level(name):
                errors.append(f"layers.toml: room {name} depends on {dep}, which is on a floor above it")

    def level(self, room):
        floor = self.rooms[room]["floor"]
        return self.floors.index(floor) if floor in self.floors else -1

    def folder(self, room):
        floor = self.rooms[room]["floor"]
        return room if room == floor else f"{floor}/{room}"

    def allowed(self, room, in_test):
        allowed = {room, *self.rooms[room]["deps"]}
        if in_test:
            allowed |= {"testing", *self.rooms["testing"]["deps"], *self.rooms[room].get("test_deps", [])}
        return allowed


def cycles(graph):
    """One line for each strongly connected group of more than one room."""
    reach = {}
    for start in graph:
        seen, stack = set(), [start]
        while stack:
            for next_room in graph.get(stack.pop(), ()):
                if next_room not in seen:
                    seen.add(next_room)
                    stack.append(next_room)
        reach[start] = seen
    groups = {tuple(sorted(o for o in reach[r] if r in reach.get(o, ()))) for r in graph if r in reach[r]}
    return [" <-> ".join(group) for group in sorted(groups)]


class Checker:
    def __init__(self, root):
        self.root = pathlib.Path(root).resolve()
        self.errors = []
        self.layers = Layers(self.root, self.errors)
        self.folders = {self.layers.folder(room): room for room in self.layers.rooms}
        self.graph = {}

    def run(self):
        self.check_folders()
        for path in source_text.source_files(self.root, "src", "tests"):
            self.check_file(path)
        for path in sorted(self.root.glob("src/**/CMakeLists.txt")):
            self.check_cmake(path)
        self.errors += [f"src: include cycle {cycle}" for cycle in cycles(self.graph)]
        for file in self.layers.waived:
            if not (self.root / file).exists():
                self.errors.append(f"layers.toml: waiver for {file}, which does not exist")
        return self.errors

    def room_of(self, path):
        """The room of a path relative to src, or None."""
        parts = pathlib.PurePosixPath(path).parts
        return next((self.folders["/".join(parts[:n])] for n in (2, 1) if "/".join(parts[:n]) in self.folders), None)

    def check_folders(self):
        for path in sorted((self.root / "src").rglob("*")):
            if not path.is_file() or path.parent == self.root / "src":
                continue
            folder = path.parent.relative_to(self.root / "src").as_posix()
            if self.room_of(folder) is None:
                self.errors.append(f"src/{folder}: not a room of layers.toml (found {path.name})")

    def check_file(self, path):
        name = path.relative_to(self.root).as_posix()
        text = path.read_text()
        code = source_text.code_only(text)
        self.find(name, code, COROUTINES, "coroutines are not used here (GCC 12 destroys temporaries twice)")
        if name.startswith("tests/"):
            return
        room = self.room_of(path.relative_to(self.root / "src").parent.as_posix())
        if room is None:
            return
        in_test = source_text.is_test(path)
        for line, kind, header in source_text.includes(text):
            where = f"{name}:{line}"
            if kind == '"':
                self.check_own_include(where, room, in_test, header)
            elif not STANDARD.match(header):
                self.check_foreign_include(where, name, room, in_test, header)
        if self.layers.rooms[room].get("pure") and not in_test:
            self.check_pure(name, code)

    def check_own_include(self, where, room, in_test, header):
        target = self.room_of(header)
        if target is None:
            self.errors.append(f'{where}: "{header}" is not rooted at src/ or names no room')
        elif target not in self.layers.allowed(room, in_test):
            self.errors.append(f'{where}: {room} may not include {target} ("{header}")')
        elif target != room and not in_test:
            self.graph.setdefault(room, set()).add(target)

    def check_foreign_include(self, where, name, room, in_test, header):
        family = family_of(header)
        allowed = set(self.layers.rooms[room].get("third_party", []))
        if "boost" in allowed:
            allowed.add("unordered")
        if in_test:
            allowed |= TEST_FAMILIES
        allowed |= self.layers.waived.get(name, set())
        if family not in allowed:
            self.errors.append(f"{where}: <{header}> ({family}) is not allowed in {room}")
        elif header.endswith("/fwd.hpp"):
            return  # names only: what a header may know of a library
        elif name.endswith(".hpp") and room != "testing" and "third-party-header" not in self.layers.waived.get(name, ()):
            self.errors.append(f"{where}: <{header}> belongs in a .cpp file, not in a header")

    def check_pure(self, name, code):
        waived = self.layers.waived.get(name, set())
        for kind, pattern in BANNED.items():
            if kind not in waived:
                self.find(name, code, pattern, f"a pure room may not use this ({kind})")

    def find(self, name, code, pattern, message):
        for match in pattern.finditer(code):
            line = code.count("\n", 0, match.start()) + 1
            self.errors.append(f"{name}:{line}: {match[0].strip()}: {message}")

    def check_cmake(self, path):
        name = path.relative_to(self.root).as_posix()
        room = self.room_of(path.relative_to(self.root / "src").parent.as_posix())
        text = re.sub(r"#[^\n]*", "", path.read_text())
        for call in re.finditer(r"\bkeel_room\s*\(([^)]*)\)", text):
            lists, key = {}, None
            for word in call[1].split():
                if word in ("NAME", "DEPS", "PRIVATE_LIBS", "TEST_DEPS", "TEST_LIBS"):
                    key = word
                else:
                    lists.setdefault(key, []).append(word)
            for key, in_test in (("DEPS", False), ("TEST_DEPS", True)):
                for dep in lists.get(key, []):
                    if room and dep not in self.layers.allowed(room, in_test) - {room}:
                        self.errors.append(f"{name}: {room} may not list {dep} in {key}")


def main(arguments):
    root = arguments[1] if len(arguments) > 1 else pathlib.Path(__file__).resolve().parent.parent
    errors = Checker(root).run()
    print("\n".join(errors) if errors else "layers: ok")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
