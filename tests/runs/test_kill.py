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


def killed(work: str, kind: str, directory: Path) -> int:
    """Run the killer; how often it killed."""
    command = [sys.executable, "-m", "tests.runs.killed", work, kind, str(directory)]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}  # threads do not fork
    finished = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert finished.returncode == 0, finished.stderr
    return json.loads(finished.stdout)["kills"]


@pytest.mark.parametrize("work", ["digits", "series"])
def test_twelve_kills_at_random_moments(work: str, tmp_path: Path) -> None:
    assert killed(work, "random", tmp_path) == 12
    assert_same(only_run(tmp_path / "whole"), only_run(tmp_path / "killed"))


@pytest.mark.parametrize("work", ["toy", "series", "gan", "average"])
def test_a_kill_at_each_delicate_moment(work: str, tmp_path: Path) -> None:
    kills = killed(work, "moments", tmp_path)
    for index in range(kills):
        assert_same(only_run(tmp_path / "whole"), only_run(tmp_path / f"killed-{index}"))
