"""`dongshou compare`: what an accuracy cost, in seconds and in parameters."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from dongshou.cli import main
from dongshou.runs import list_runs
from dongshou.runs.files import read_json, write_json

PARAMETERS = 28 * 28 * 256 + 256 + 256 * 10 + 10  # of the perceptron of the shared runs


@pytest.fixture
def copied(shared_runs: Path, tmp_path: Path) -> Path:
    """The shared runs, with room for pictures and to change."""
    return shutil.copytree(shared_runs, tmp_path / "copied")


def compared(directory: Path, *flags: str) -> int:
    return main(["compare", *(run.name for run in list_runs(directory)), "--runs", str(directory), *flags])


def test_the_table_says_parameters_and_time(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert compared(copied) == 0
    lines = capsys.readouterr().out.splitlines()
    assert ["parameters", f"{PARAMETERS:,}", f"{PARAMETERS:,}"] in [line.split() for line in lines]
    assert any(line.startswith("took ") for line in lines)
    assert sum(line.endswith("lr 0.2 train") for line in lines) == 2  # beside the loss and the accuracy
    assert lines[-1] == str(copied / "compare-accuracy-by-time.png")
    assert (copied / "compare-accuracy-by-time.png").read_bytes().startswith(b"\x89PNG")


def test_as_json(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert compared(copied, "--json") == 0
    said = json.loads(capsys.readouterr().out)
    runs = {run.name: run for run in list_runs(copied)}
    assert said["parameters"] == dict.fromkeys(runs, PARAMETERS)
    assert said["seconds"] == {name: run.record["seconds"] for name, run in runs.items()}
    assert said["accuracy_by_time"] == str(copied / "compare-accuracy-by-time.png")


def test_records_that_do_not_say_how_many_parameters(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for run in list_runs(copied):
        config = read_json(run.path / "config.json")
        del config["parameters"]
        write_json(run.path / "config.json", config)
    assert compared(copied) == 0
    said = capsys.readouterr().out
    assert "parameters" not in said and "compare-accuracy-by-time.png" in said


def test_runs_without_an_accuracy(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for run in list_runs(copied):
        write_json(run.path / "result.json", run.record | {"result": {"test_loss": 0.5}})
    assert compared(copied, "--json") == 0
    assert json.loads(capsys.readouterr().out)["accuracy_by_time"] is None
    assert not (copied / "compare-accuracy-by-time.png").exists()


def test_a_second_comparison_leaves_the_first_alone(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert compared(copied) == 0
    first = {path: path.read_bytes() for path in copied.glob("compare*.png")}
    (copied / "compare.png").write_bytes(b"what a user drew on it")
    assert compared(copied) == 0
    assert (copied / "compare.png").read_bytes() == b"what a user drew on it"
    said = capsys.readouterr().out
    for name in ("compare-2.png", "compare-accuracy-by-time-2.png"):
        assert str(copied / name) in said and (copied / name).read_bytes() in first.values()
