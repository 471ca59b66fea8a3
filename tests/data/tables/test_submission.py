"""Submissions to Kaggle: read back by pandas."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd
import pytest
import torch

from dongshou.data import write_submission
from dongshou.data.tables.submission import submission
from dongshou.errors import DongshouError, UsageError

IDS = ["10", "2", "b", "a"]


def test_a_class_for_each_id_in_kaggles_order(tmp_path: Path) -> None:
    write_submission(tmp_path / "new" / "submission.csv", IDS, ["cat", "a dog, wet", "owl", "cat"])
    table = pd.read_csv(tmp_path / "new" / "submission.csv", dtype=str)
    assert table.to_dict("list") == {"id": ["2", "10", "a", "b"], "label": ["a dog, wet", "cat", "cat", "owl"]}
    assert (tmp_path / "new" / "submission.csv").read_bytes().startswith(b"id,label\n2,")
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["submission.csv"]


def test_probabilities_of_each_class() -> None:
    logits = torch.randn(4, 3, dtype=torch.float64, requires_grad=True)
    table = pd.read_csv(io.StringIO(submission(IDS, logits.softmax(1), ("cat", "dog", "owl"))), index_col="id")
    assert list(table.columns) == ["cat", "dog", "owl"] and list(table.index) == ["2", "10", "a", "b"]
    expected = logits.softmax(1)[[1, 0, 3, 2]].tolist()
    assert table.to_numpy().tolist() == [pytest.approx(row, abs=1e-6) for row in expected]


@pytest.mark.parametrize(
    ("ids", "answers", "says"),
    [
        (["1", "2"], ["cat"], "got 1 for 2 ids"),
        (["1", "1"], ["cat", "cat"], "needs each id once; 1 came"),
        (["1", "2"], torch.ones(2, 3), r"probabilities \(2, 2\).*got \(2, 3\)"),
        (["1", "2"], torch.tensor([[0.5, 0.5], [float("nan"), 1]]), "those of 2 are not"),
    ],
)
def test_what_is_no_submission(ids: list[str], answers, says: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=says):
        write_submission(tmp_path / "submission.csv", ids, answers, ("cat", "dog"))
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DongshouError, match="Cannot write .* Choose another place"):
        write_submission(tmp_path / "file" / "submission.csv", ["1"], ["cat"])
