"""`dongshou doctor --proof`"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import dongshou.cli.proof
from dongshou.cli import main
from dongshou.scratch.proof import Result

SOUND = [Result("Linear", "layer", 6, 6), Result("SGD", "optimiser", 3, 3)]
FAULTY = [*SOUND, Result("ReLU", "layer", 4, 3, "sample 2: the output: 1 in place of 0")]


@pytest.fixture
def proven(monkeypatch: pytest.MonkeyPatch):
    """Has the proof find what the test says; the real one takes its time."""
    return lambda results: monkeypatch.setattr(dongshou.cli.proof, "prove", lambda: iter(results))


def test_a_table_and_the_counts(proven, capsys: pytest.CaptureFixture[str]) -> None:
    proven(SOUND)
    assert main(["doctor", "--proof"]) == 0
    told = capsys.readouterr().out
    assert "Linear" in told and "2 of 2 classes proven, 9 of 9 samples" in told


def test_a_fault_is_named_and_the_exit_code_says_so(proven, capsys: pytest.CaptureFixture[str]) -> None:
    proven(FAULTY)
    assert main(["doctor", "--proof"]) == 1
    assert "sample 2: the output: 1 in place of 0" in capsys.readouterr().out


def test_json_is_one_object(proven, capsys: pytest.CaptureFixture[str]) -> None:
    proven(FAULTY)
    main(["doctor", "--proof", "--json"])
    told = json.loads(capsys.readouterr().out)
    assert [each["name"] for each in told["classes"]] == ["Linear", "SGD", "ReLU"]


def test_the_page_is_written(proven, tmp_path: Path) -> None:
    proven(SOUND)
    assert main(["doctor", "--proof", "--write", str(tmp_path / "proof.md")]) == 0
    assert (tmp_path / "proof.md").read_text(encoding="utf-8").startswith("# Proof")


def test_wrong_use(proven, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    proven(SOUND)
    assert main(["doctor", "--write", str(tmp_path / "proof.md")]) == 2
    assert "Add --proof" in capsys.readouterr().err
    assert main(["doctor", "--proof", "--write", str(tmp_path / "nowhere" / "proof.md")]) == 1
    assert "not a directory" in capsys.readouterr().err
