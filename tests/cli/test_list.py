"""`dongshou list`"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from dongshou.cli import main
from dongshou.experiments.catalog import list_experiments


def test_names_all_experiments_and_variants(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list"]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines() if line.startswith("  ")]
    named = {line[0] for line in lines}
    for entry in list_experiments():
        assert {entry.name, *(f"{entry.name}:{variant}" for variant in entry.variants)} <= named


def test_json_of_some(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "softmax", "--json"]) == 0
    (entry,) = json.loads(capsys.readouterr().out)["experiments"]
    assert entry["name"] == "softmax-regression"
    assert "digits" in entry["variants"]
    assert set(entry["settings"]) == {"softmax-regression", "softmax-regression:book", "softmax-regression:digits"}
    assert entry["settings"]["softmax-regression"][2] == {
        "name": "lr",
        "type": "float",
        "choices": [],
        "default": 0.01,
        "help": "step size of the optimizer",
    }


def test_the_page_of_the_documents_is_todays(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "--markdown"]) == 0
    page = Path(__file__).parents[2] / "docs" / "experiments.md"
    assert capsys.readouterr().out == page.read_text(encoding="utf-8"), "dongshou list --markdown > docs/experiments.md"


def test_nothing_of_that_name(fails: Callable[..., str]) -> None:
    assert "Did you mean softmax-regression" in fails(2, "list", "softmax-regresion")
