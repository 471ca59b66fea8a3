"""`dongshou reproduce`"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from dongshou.cli import main

QUICK = ("--seeds", "1", "--quiet")


def test_prints_and_writes_what_came_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    results = tmp_path / "results"
    assert main(["reproduce", "gradient-descent", *QUICK, "--results", str(results), "--json"]) == 0
    (outcome,) = json.loads(capsys.readouterr().out)["outcomes"]
    assert outcome["experiment"] == "gradient-descent" and len(outcome["seeds"]) == 1
    assert (results / "gradient-descent.json").is_file() and (tmp_path / "RESULTS.md").is_file()


def test_what_is_recorded_is_judged_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    results = ("--results", str(tmp_path / "results"))
    assert main(["reproduce", "gradient-descent", *QUICK, *results]) == 0
    once = capsys.readouterr().out
    assert main(["reproduce", "--judge", *results]) == 0
    assert capsys.readouterr().out == once


def test_a_trial_is_printed_as_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    results = ("--results", str(tmp_path / "results"))
    assert main(["reproduce", "mlp:digits", "--limit", "64", "--epochs", "2", *QUICK, *results]) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert "limited to 64 examples, 2 epochs: not compared" in printed


def test_wrong_use(tmp_path: Path, fails: Callable[..., str]) -> None:
    results = ("--results", str(tmp_path / "results"))
    assert "Did you mean mlp" in fails(2, "reproduce", "mpl", *QUICK, *results)
    assert "say --all" in fails(2, "reproduce", *QUICK, *results)
    assert "say --all" in fails(2, "reproduce", "mlp", "--all", *QUICK, *results)
    assert "holds no results to judge" in fails(2, "reproduce", "--judge", *results)
    assert "say --all" in fails(2, "reproduce", "mlp", "--judge", *results)
    assert "has no epochs to shorten" in fails(2, "reproduce", "gradient-descent", "--epochs", "1", *QUICK, *results)
    assert "seeds must be at least 1" in fails(2, "reproduce", "mlp", "--seeds", "0", *results)
    assert not (tmp_path / "results").exists()


def test_a_seed_that_failed_shows_in_the_exit_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a-file").write_text("no directory")
    monkeypatch.setenv("DONGSHOU_RUNS", str(tmp_path / "a-file"))
    results = ("--results", str(tmp_path / "results"))
    assert main(["reproduce", "exhaustive-search", *QUICK, *results]) == 1
