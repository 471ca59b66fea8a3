"""The benchmark takes equal steps with every contender; how long they take is not a matter for a test."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_one_round() -> None:
    command = [sys.executable, "-m", "benchmarks.autograd", "--rounds", "1"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    lines = [line for line in done.stdout.splitlines() if " ours " in line and "x ours" not in line]
    assert len(lines) == 3
