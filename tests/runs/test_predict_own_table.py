"""A table of one's own: trained on from a file of one's own, asked by the command line with the run's own scaling."""

from __future__ import annotations

import csv
import io
import json
import sys

import pandas as pd
import pytest

from dongshou.cli import main
from dongshou.runs import Run, find_run, predict

HOMES = """
from pathlib import Path
from torch import nn
from torch.optim import SGD
from dongshou.data import read_table
from dongshou.tasks import BinaryClassification, Classification, Regression
from dongshou.training import Experiment

TABLE = Path(__file__).with_name("homes.csv")

def experiment(epochs: int = 12) -> Experiment:
    homes = read_table(TABLE, "rent", ignore=["big"], separator=";").splits(seed=1)
    model = nn.Linear(*homes.shape, 1)
    return Experiment(homes, model, Regression(), SGD(model.parameters(), lr=0.3), epochs, draw=False)

def big(epochs: int = 6) -> Experiment:
    homes = read_table(TABLE, "big", ignore=["rent"], separator=";").splits(seed=1)
    model = nn.Linear(*homes.shape, 2)
    return Experiment(homes, model, Classification(), SGD(model.parameters(), lr=2.0), epochs, draw=False)
"""


def table(factor: int = 1) -> str:
    """The rent is 9 per area and 50 in the north, in one line with a gap."""
    rows = [f"{area},5;{'NS'[area % 2]};{9 * area * factor};{area > 60:d}" for area in range(20, 100)]
    return "area;side;rent;big\n" + "\n".join(["NA;N;540;0", *rows]) + "\n"


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("homes")
    (folder / "homes.csv").write_text(table(), encoding="utf-8")
    (folder / "homes.py").write_text(HOMES, encoding="utf-8")
    for name in ("homes.py", "homes.py:big"):
        assert main(["run", str(folder / name), "--runs", str(folder / "runs"), "--quiet"]) == 0
    return find_run("last", folder / "runs")


def runs_of(homes: Run) -> dict[str, Run]:
    return {"big" if "big" in path.name else "rent": Run(path) for path in homes.path.parent.iterdir() if path.is_dir()}


def answered(run: Run, text: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """The column that comes out for a table in standard input."""
    capsys.readouterr()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    main(["predict", str(run.path)])
    said = capsys.readouterr()
    faults = [line for line in said.err.splitlines() if not line.startswith("note: ")]
    return [next(iter(row.values())) for row in csv.DictReader(io.StringIO(said.out))] + faults


@pytest.mark.filterwarnings("ignore::dongshou.notes.DataNote")
def test_rows_in_any_form_are_asked_with_the_scaling_of_the_run(homes: Run, monkeypatch, capsys):
    run = runs_of(homes)["rent"]
    expected = [one.answer.value for one in predict(run, [{"area": "30", "side": "N"}, {"area": "80,5", "side": "S"}])]
    assert expected == pytest.approx([9 * 29.5, 9 * 80], abs=15)
    forms = {
        "in order": "area;side\n30;N\n80,5;S\n",
        "another order, more columns": "name;Side;AREA\na;N;30\nb;S;80,5\n",
        "no names": "30;N\n80,5;S\n",
        "commas between, quoted": 'side,area\nN,30\nS,"80,5"\n',
        "tabs": "area\tside\n30\tN\n80,5\tS\n",
    }
    for name, text in forms.items():
        got = answered(run, text, monkeypatch, capsys)
        assert [float(value) for value in got] == pytest.approx(expected, rel=1e-5), name


@pytest.mark.filterwarnings("ignore::dongshou.notes.DataNote")
def test_what_does_not_fit_is_said_in_its_place(homes: Run, monkeypatch, capsys):
    run = runs_of(homes)["rent"]
    fine, *rest = answered(run, "area;side\n30;N\n-;N\n30;W\nmuch;S\n", monkeypatch, capsys)
    gap, unknown, no_number, *said = rest
    assert (unknown, no_number) == ("NA", "NA") and float(gap) != float(fine)
    assert 'row 3: side is one of N, S; got "W"' in said[0] and 'row 4: area is a number; got "much"' in said[1]
    (lacking,) = answered(run, "area;site\n30;N\n", monkeypatch, capsys)
    assert "standard input: There is no column side. Did you mean site? Needed are: area, side" in lacking
    (ragged,) = answered(run, "30;N\n40\n", monkeypatch, capsys)
    assert "standard input has ragged rows: line 2 has 1 cells, the table 2 columns" in ragged


@pytest.mark.filterwarnings("ignore::dongshou.notes.DataNote")
def test_a_classification_of_a_table_is_asked_with_rows(homes: Run, monkeypatch, capsys):
    run = runs_of(homes)["big"]
    assert run.config["asked_with"] == "row" and run.config["classes"] == ["0", "1"]
    assert answered(run, "90;N\n25;S\n", monkeypatch, capsys) == ["1", "0"]


@pytest.mark.filterwarnings("ignore::dongshou.notes.DataNote")
def test_the_run_itself_answers_rows_of_any_form(homes: Run):
    run, file = runs_of(homes)["rent"], homes.path.parent / "asked.csv"
    file.write_text("30;N\n80,5;S\n", encoding="utf-8")
    frame = pd.DataFrame({"side": ["N", "S"], "area": [30, 80.5]})
    by_file, by_frame = ([one.value for one in run.predict(asked)] for asked in (file, frame))
    assert by_file == pytest.approx([9 * 29.5, 9 * 80], abs=15) and by_frame == pytest.approx(by_file)
    for asked in ({"area": 30.0, "side": "N"}, "30;N", ("30,0", "N")):
        assert run.predict([asked])[0].value == pytest.approx(by_file[0])
    assert [one.best for one in runs_of(homes)["big"].predict([{"area": 90, "side": "N"}])] == ["1"]


@pytest.mark.filterwarnings("ignore::dongshou.notes.DataNote")
def test_the_run_keeps_what_was_learnt_though_the_table_has_changed(homes: Run):
    run = runs_of(homes)["rent"]
    before = predict(run, {"area": "50", "side": "N"})[0].answer.value
    kept = json.loads((run.path / "config.json").read_text())["features"]
    assert [column["name"] for column in kept["columns"]] == ["area", "side"]
    file = run.path.parent.parent / "homes.csv"
    try:
        file.write_text(table().replace("90,5;", "9000,5;"), encoding="utf-8")
        assert predict(run, {"area": "50", "side": "N"})[0].answer.value == before
    finally:
        file.write_text(table(), encoding="utf-8")
