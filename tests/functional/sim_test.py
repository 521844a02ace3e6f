#!/usr/bin/python3
"""keel sim: one seed gives one trace, in two processes and in the programs of every compiler that was built."""

import os
import pathlib
import re
import subprocess
import sys
import unittest

PROGRAM = pathlib.Path(os.environ["KEEL_BIN"]) / "keel"


def play(program, *arguments):
    run = subprocess.run([program, "sim", *arguments], capture_output=True, text=True, timeout=300, check=False)
    return run.returncode, run.stdout, run.stderr


def traces(program, *arguments):
    code, out, err = play(program, *arguments)
    if code != 0:
        raise AssertionError(f"{program}: {out}{err}")
    return re.findall(r"^(\w+) +seed (\d+): ok.* trace ([0-9a-f]{64})$", out, re.MULTILINE)


def other_programs():
    """The same program from other build folders, such as the second compiler's, where built from these very sources."""
    sources = pathlib.Path(__file__).resolve().parent.parent.parent / "src"
    newest = max(file.stat().st_mtime for file in sources.rglob("*.[ch]pp"))
    for other in sorted(PROGRAM.parent.parent.parent.glob("*/bin/keel")):
        if other != PROGRAM and other.stat().st_mtime >= newest:
            yield other


class Sim(unittest.TestCase):
    SEEDS = ("--seed=40", "--seeds=4")

    def test_two_processes_see_the_same(self):
        for scenario in ("converge", "partition", "crash", "sync", "chaos", "forgery"):
            first = traces(PROGRAM, f"--scenario={scenario}", *self.SEEDS)
            self.assertEqual(len(first), 4)
            self.assertEqual(first, traces(PROGRAM, f"--scenario={scenario}", *self.SEEDS))

    def test_programs_of_other_compilers_see_the_same(self):
        others = list(other_programs())
        if not others:
            self.skipTest("no other build folder has a keel program made from these sources")
        expected = traces(PROGRAM, "--scenario=chaos", *self.SEEDS)
        for other in others:
            with self.subTest(program=other):
                self.assertEqual(expected, traces(other, "--scenario=chaos", *self.SEEDS))

    def test_seeds_differ(self):
        self.assertEqual(len({trace for _, _, trace in traces(PROGRAM, "--scenario=converge", *self.SEEDS)}), 4)

    def test_mistakes_are_explained(self):
        for wrong in (["--scenario=nonsense"], ["--seed=x"], ["--seeds=0"], ["--frobnicate"], ["--seed"]):
            code, _, err = play(PROGRAM, *wrong)
            self.assertEqual(code, 2, wrong)
            self.assertIn("keel sim does not understand", err)
        code, out, _ = play(PROGRAM, "--help")
        self.assertEqual(code, 0)
        self.assertIn("partition", out)


if __name__ == "__main__":
    sys.exit(unittest.main())
