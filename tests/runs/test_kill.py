"""A run that is killed, wherever and however often, ends with the very bits of a run that was left alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.runs.same_run import assert_same, only_run

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")


def killed(kind: str, directory: Path, *works: str) -> dict[str, int]:
    """Run the killer, one process for all works; how often it killed each."""
    command = [sys.executable, "-m", "tests.runs.killed", kind, str(directory), *works]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}  # threads do not fork
    finished = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert finished.returncode == 0, finished.stderr
    return json.loads(finished.stdout)


def test_twelve_kills_at_random_moments(tmp_path: Path) -> None:
    assert killed("random", tmp_path, "digits", "series") == {"digits": 12, "series": 12}
    for work in ("digits", "series"):
        assert_same(only_run(tmp_path / work / "whole"), only_run(tmp_path / work / "killed"))


def test_a_kill_at_each_delicate_moment(tmp_path: Path) -> None:
    works = killed("moments", tmp_path, "toy", "series", "gan", "average")
    assert len(works) == 4
    for work, kills in works.items():
        for index in range(kills):
            assert_same(only_run(tmp_path / work / "whole"), only_run(tmp_path / work / f"killed-{index}"))
