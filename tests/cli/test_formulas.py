"""`dongshou list --formulas`: every term of the field leads to its formula."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dongshou.cli import main
from dongshou.cli.formulas import TERMS, places_of

PAGE = Path(__file__).parents[2] / "docs" / "formulas.md"


@pytest.mark.parametrize("term", TERMS)
def test_a_search_for_the_term_finds_a_docstring(term: str) -> None:
    assert places_of(term)


@pytest.mark.parametrize(
    ("term", "file", "name"),
    [
        ("brevity penalty", "tasks/bleu.py", "CorpusBleu"),
        ("length penalty", "tasks/beam_search.py", "beam_search"),
        ("positional encoding", "models/attention.py", "SinusoidalPositions"),
        ("forget gate", "scratch/functional/recurrent.py", "lstm_step"),
        ("batch normalization", "scratch/functional/normalization.py", "batch_norm"),
        ("Log-Sum-Exp", "autograd/operators/extremes.py", "logsumexp"),
    ],
)
def test_the_formula_itself_stands_first(term: str, file: str, name: str) -> None:
    place, *_ = places_of(term)
    assert (place.file, place.name) == (file, name)
    line = (PAGE.parents[1] / "dongshou" / file).read_text(encoding="utf-8").splitlines()[place.line - 1]
    assert re.match(rf"(def|class) {name}\b", line)


def test_the_page_of_the_documents_has_todays_places(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "--formulas"]) == 0
    assert without_lines(capsys.readouterr().out) == without_lines(PAGE.read_text(encoding="utf-8")), (
        "dongshou list --formulas > docs/formulas.md"
    )


def without_lines(page: str) -> str:
    """Without the numbers of lines, which change with every edit above them."""
    return re.sub(r"\.py:\d+|#L\d+", "", page)
