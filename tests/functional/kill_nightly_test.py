#!/usr/bin/python3
"""kill_test.py with 2,000 kills."""

import os
import pathlib
import sys

os.environ.setdefault("KEEL_KILLS", "2000")
os.execv(sys.executable, [sys.executable, str(pathlib.Path(__file__).with_name("kill_test.py"))])
