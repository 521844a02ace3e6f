#!/usr/bin/python3
"""Runs clang-tidy over the production files of a build folder's compile_commands.json, and remembers what was clean.

usage: run_tidy.py [--jobs N] BUILD_FOLDER

A file whose preprocessed text and whose checks have not changed since it was last clean is not looked at again; the memory
is a folder of empty files in BUILD_FOLDER/tidy. Headers are checked with the files that include them.
"""

import argparse
import concurrent.futures
import hashlib
import json
import pathlib
import shlex
import subprocess
import sys

import source_text

ROOT = pathlib.Path(__file__).resolve().parent.parent
TIDY = "clang-tidy-19"


def fingerprint(entry):
    """A hash of everything that clang-tidy's answer depends on, or None when the file does not even preprocess."""
    command = shlex.split(entry["command"])
    if command and command[0].endswith("ccache"):
        command = command[1:]
    output = command.index("-o")
    del command[output:output + 2]
    command = [word for word in command if word != "-c"] + ["-E", "-C", "-P"]
    result = subprocess.run(command, cwd=entry["directory"], capture_output=True, check=False)
    if result.returncode != 0:
        return None
    digest = hashlib.sha256(result.stdout)
    digest.update((ROOT / ".clang-tidy").read_bytes())
    digest.update(entry["file"].encode())
    return digest.hexdigest()


def check(entry, build, memory):
    """What is wrong with one file; empty when nothing is."""
    key = fingerprint(entry)
    if key and (memory / key).exists():
        return ""
    result = subprocess.run([TIDY, "-p", str(build), "--quiet", entry["file"]], capture_output=True, text=True, check=False)
    if result.returncode == 0:
        if key:
            (memory / key).touch()
        return ""
    return result.stdout or result.stderr


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("build", type=pathlib.Path)
    arguments = parser.parse_args()
    build = arguments.build.resolve()
    memory = build / "tidy"
    memory.mkdir(exist_ok=True)

    entries = json.loads((build / "compile_commands.json").read_text())
    files = {e["file"]: e for e in entries
             if pathlib.Path(e["file"]).is_relative_to(ROOT / "src") and not source_text.is_test(pathlib.Path(e["file"]))}
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        for file, problems in zip(files, pool.map(lambda e: check(e, build, memory), files.values())):
            if problems:
                failed += 1
                print(f"{pathlib.Path(file).relative_to(ROOT)}:\n{problems}", flush=True)
    print(f"tidy: {failed} of {len(files)} files have problems" if failed else f"tidy: {len(files)} files ok")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
