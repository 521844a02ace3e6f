#!/usr/bin/python3
"""docs/configuration.md holds the table of settings that the program has."""

import os
import pathlib
import subprocess
import sys

document = pathlib.Path(__file__).resolve().parents[2] / "docs" / "configuration.md"
program = pathlib.Path(os.environ["KEEL_BIN"]) / "keel"
tables = subprocess.run([program, "config", "doc"], capture_output=True, text=True, check=True).stdout
if not document.read_text().endswith(tables):
    sys.exit(f"{document.name} is out of date: replace what follows its last paragraph by the output of `keel config doc`")
