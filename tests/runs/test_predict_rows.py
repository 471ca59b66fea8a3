"""Asking the model of a run about the rows of tables: a CSV file in, a column out."""

from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path

import pytest
import torch
from torch import Tensor

from dongshou import experiments
from dongshou.cli import main
from dongshou.cli.predict import as_column
from dongshou.data.sets import diabetes_pima
from dongshou.errors import UsageError
from dongshou.runs import Run, predict
from dongshou.runs.predict import Fault, Prediction
from dongshou.runs.trained import load_best, untrained
from dongshou.tasks.answers import Value


def column(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """y = 2 x_0 - 3.4 x_1 + 4.2, learnt in layers."""
    return experiments.linear_regression.concise(epochs=20).run(device="cpu", runs=tmp_path_factory.mktemp("runs"))


def test_a_table_in_a_column_out(line: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "points.csv").write_text("x_1,more,x_0\n1,a,2\n-3,b,0.5\n", encoding="utf-8")
    assert main(["predict", str(line.path), str(tmp_path / "points.csv")]) == 0
    rows = column(capsys.readouterr().out)
    assert [float(row["y"]) for row in rows] == pytest.approx([2 * 2 - 3.4 + 4.2, 1 + 3 * 3.4 + 4.2], abs=0.02)
    (prediction,) = predict(line, {"x_0": 2, "x_1": 1})
    assert prediction.answer.value == pytest.approx(float(rows[0]["y"]))
    assert line.config["asked_with"] == "row"


def test_a_row_by_its_cells(line: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["predict", str(line.path), "2,1", "0.5,-3", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    first, second = said["predictions"]
    assert first["row"] == {"x_0": "2", "x_1": "1"} and first["name"] == "y"
    assert first["answer"] == pytest.approx(4.8, abs=0.02) and second["answer"] == pytest.approx(15.4, abs=0.02)


def test_a_table_from_standard_input(
    line: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"x_0,x_1\r\n2,1\r\n")))
    assert main(["predict", str(line.path)]) == 0
    assert float(column(capsys.readouterr().out)[0]["y"]) == pytest.approx(4.8, abs=0.02)


def test_a_row_that_cannot_be_answered_leaves_its_place(
    line: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "points.csv").write_text("x_0,x_1\n2,1\nmany,1\n0,0\n", encoding="utf-8")
    assert main(["predict", str(line.path), str(tmp_path / "points.csv")]) == 1
    said = capsys.readouterr()
    answers = [row["y"] for row in column(said.out)]
    assert answers[1] == "NA" and float(answers[0]) == pytest.approx(4.8, abs=0.02)
    assert said.err == f'dongshou: {tmp_path / "points.csv"}, line 3: x_0 is a number; got "many".\n'
    with pytest.raises(UsageError, match="x_0 is a number"):
        predict(line, [tmp_path / "points.csv"])


def test_a_row_that_cannot_be_answered_keeps_its_name():
    fine = Prediction("row", {"Id": "7", "x": "1"}, Value(2.5, "y"))
    fault = Fault({"Id": "8", "x": "many"}, UsageError("x is a number"))
    assert as_column([fault, fine], "Id") == "Id,y\n8,NA\n7,2.5\n"
    nameless = Fault({"x": "many"}, UsageError("x is a number"))
    assert as_column([nameless, fine], "Id") == "y\nNA\n2.5\n"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["1,2,3"], 2, "a cell for each column, 2: x_0, x_1; got 3"),
        (["nothing.csv"], 1, "nothing.csv cannot be read"),
        ([], 2, "name a CSV file with the columns x_0, x_1"),
    ],
)
def test_what_is_no_row(
    words: list[str], code: int, said: str, line: Run, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    assert main(["predict", str(line.path), *words]) == code
    assert said in capsys.readouterr().err


def test_a_table_without_a_column(line: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "points.csv").write_text("x_0,x1\n2,1\n", encoding="utf-8")
    assert main(["predict", str(line.path), str(tmp_path / "points.csv")]) == 2
    assert "points.csv: There is no column x_1. Did you mean x1?" in capsys.readouterr().err


def test_patients_have_probabilities(real_data, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    real_data("diabetes-pima")
    run = experiments.diabetes_mlp(epochs=30).run(device="cpu", runs=tmp_path)
    features, labels = diabetes_pima.read()
    plain = [name.partition(" (")[0] for name in diabetes_pima.FEATURES]
    with open(tmp_path / "patients.csv", "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([plain, *features.tolist()])
    assert main(["predict", str(run.path), str(tmp_path / "patients.csv")]) == 0
    rows = column(capsys.readouterr().out)
    answers = torch.tensor([diabetes_pima.CLASSES.index(row["answer"]) for row in rows])
    assert float((answers == labels).float().mean()) > 0.72  # "no diabetes" to everyone is right of 0.65
    assert all(0.5 <= float(row["probability"]) <= 1 for row in rows)
    model = trained_model(run)
    mean, std = (getattr(part, kind)(0) for kind in ("mean", "std") for part in [held_in()])
    with torch.no_grad():
        expected = model((features[:5] - mean) / std).flatten()
    cells = [",".join(map(str, row)) for row in features[:5].tolist()]
    shares = [prediction.probabilities["diabetes"] for prediction in predict(run, cells)]
    assert shares == pytest.approx(expected.tolist(), abs=1e-5)


def held_in() -> Tensor:
    """The measurements of the patients that the network has learnt from."""
    from dongshou.experiments.multilayer_perceptrons.diabetes_mlp import held_out

    return held_out()[0][0]


def trained_model(run: Run) -> torch.nn.Module:
    answering = untrained(run)
    assert answering is not None
    load_best(run, answering)
    return answering.experiment.model.eval()


def test_the_last_of_several_fits_prices_houses_as_in_its_submission(
    real_data, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, every = real_data("house-prices")
    test = tmp_path / "some.csv"
    test.write_text("".join(every.read_text(encoding="utf-8").splitlines(keepends=True)[:201]), encoding="utf-8")
    run = experiments.house_prices(k=2, epochs=1).run(device="cpu", runs=tmp_path)
    assert run.config["asked_with"] == "row"
    assert main(["predict", str(run.path), str(test)]) == 0
    answered = column(capsys.readouterr().out)
    submitted = column((run.path / "submission.csv").read_text(encoding="utf-8"))
    assert len(submitted) == 1459 and len(answered) == 200
    assert [row["Id"] for row in answered] == [row["Id"] for row in submitted[:200]]
    prices, expected = ([float(row["SalePrice"]) for row in rows] for rows in (answered, submitted[:200]))
    assert prices == pytest.approx(expected, rel=1e-5, abs=1e-2)
    (prediction,) = predict(run, column(test.read_text(encoding="utf-8"))[:1])
    assert prediction.part == "full" and prediction.as_json()["answer"] == pytest.approx(prices[0])
