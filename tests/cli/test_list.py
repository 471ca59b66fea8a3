"""`dongshou list`"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from dongshou.cli import main
from dongshou.experiments.catalog import list_experiments
from dongshou.experiments.chapters import TITLES


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


def test_each_experiment_names_its_section_of_both_editions_or_its_lecture(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["list"]) == 0
    lines = {words[0]: line for line in capsys.readouterr().out.splitlines() if (words := line.split())}
    assert "zh 6.6, en 7.6  " in lines["lenet"] and "  lecture 10  " in lines["mnist-cnn"]
    assert "zh " not in lines["lenet:modern"]
    assert main(["list", "lenet:modern", "--json"]) == 0
    (entry,) = json.loads(capsys.readouterr().out)["experiments"]
    assert entry["book"]["d2l-en 1.0"] == {"7.6": "Convolutional Neural Networks (LeNet)"}
    assert entry["book"]["d2l-zh 2.0"] == {"6.6": "卷积神经网络（LeNet）"}


def test_the_sections_are_those_of_the_tables_of_contents() -> None:
    """An experiment of the book stands in both editions, and no title stands there for nothing."""
    beyond = {"mnist-learning-rate", "diffusion", "unet", "sentiment-bow", "word-lm", "text-to-picture", "fcos"}
    beyond |= {"wgan", "conditional-gan", "vae", "faces"}
    in_one = {"transformer-lm", "gan", "dcgan"}  # pretraining and GANs are sections of one alone
    for entry in list_experiments():
        place = entry.place
        titles = list(place.titles())  # a section without a title is a KeyError
        assert bool(titles) == bool(place.short()) == (entry.name not in beyond), entry.name
        assert len(place.sections) in (0, 2) or entry.name in in_one, entry.name
        assert all(TITLES[edition][number] for edition, of in place.sections.items() for number in of.split(", "))
    used = {
        (edition, n) for e in list_experiments() for edition, of in e.place.sections.items() for n in of.split(", ")
    }
    assert used == {(edition, number) for edition, titles in TITLES.items() for number in titles}


def test_the_page_of_the_documents_is_todays(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "--markdown"]) == 0
    page = Path(__file__).parents[2] / "docs" / "experiments.md"
    assert capsys.readouterr().out == page.read_text(encoding="utf-8"), "dongshou list --markdown > docs/experiments.md"


def test_nothing_of_that_name(fails: Callable[..., str]) -> None:
    assert "Did you mean softmax-regression" in fails(2, "list", "softmax-regresion")
