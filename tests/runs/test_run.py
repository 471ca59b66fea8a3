"""Reading runs: what a directory tells, in every state that it can be in."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest
from filelock import FileLock
from PIL import Image

from dongshou.errors import DongshouError, UsageError
from dongshou.runs import Run, find_run, list_runs
from dongshou.runs.run import runs_directory
from tests.training import toys


@pytest.fixture
def run() -> Run:
    return toys.toy().run()


def half_done(run: Run) -> Run:
    (run.path / "result.json").unlink()
    return Run(run.path)


def test_lines_and_table(run: Run):
    events = [line["event"] for line in run.lines()]
    assert events == ["epoch", "checkpoint"] * 3 + ["done"]
    epochs = run.table()
    assert epochs["epoch"].tolist() == [1, 2, 3] and epochs["step"].tolist() == [3, 6, 9]
    assert epochs["lr"].tolist() == [0.1, 0.1, 0.05]
    last = epochs.iloc[-1]
    assert {name: last[name] for name in run.result} == run.result
    assert run.table("step").empty


def test_the_summaries(run: Run):
    assert run.config["experiment"] == run.experiment == "toy"
    assert run.config["settings"] == run.record["settings"] == {"epochs": 3}
    assert {"torch", "python", "dongshou"} <= run.config["versions"].keys()
    assert {*run.result} == {"train_loss", "train_accuracy", "test_loss", "test_accuracy"}
    assert run.record["best"]["test_accuracy"] == run.table()["test_accuracy"].max()
    assert (run.record["limited"], run.record["engine"], run.record["seed"]) == (False, "torch", 0)
    assert run.record["run"] == str(run.path)


def test_every_line_is_json_that_other_programs_read_too(run: Run):
    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    for line in (run.path / "metrics.jsonl").read_text().splitlines():
        json.loads(line, parse_constant=refuse)
    json.loads((run.path / "result.json").read_text(), parse_constant=refuse)


def test_done(run: Run, tmp_path: Path):
    assert run.status == "done"
    accuracy = run.result["test_accuracy"]
    assert repr(run) == f"Run({str(run.path)!r}, toy, done, test_accuracy={accuracy:.4g})"
    damaged = tmp_path / "damaged"
    damaged.mkdir()
    (damaged / "config.json").write_text("[]")
    assert repr(Run(damaged)) == f"Run({str(damaged)!r}, damaged)"


def test_running_while_the_lock_is_held(run: Run):
    unfinished = half_done(run)
    with FileLock(run.path / ".lock"):
        assert unfinished.status == "running"
    assert unfinished.status == "stopped"


def test_failed(run: Run):
    unfinished = half_done(run)
    with open(run.path / "metrics.jsonl", "a") as file:
        file.write('{"event": "failed", "step": 9, "time": 1.0, "error": "x"}\n')
    assert unfinished.status == "failed"


def test_stopped_before_anything_was_written(run: Run):
    unfinished = half_done(run)
    (run.path / "metrics.jsonl").unlink()
    (run.path / ".lock").unlink()
    assert unfinished.status == "stopped"
    assert list(unfinished.lines()) == [] and unfinished.checkpoint() is None and unfinished.table().empty
    with pytest.raises(DongshouError, match="is stopped, it has no result yet"):
        _ = unfinished.result


def test_a_line_that_is_being_written_is_left_for_the_next_reader(run: Run):
    with open(run.path / "metrics.jsonl", "a") as file:
        file.write('{"event": "epoch"')
    assert [line["event"] for line in run.lines()][-1] == "done"


def test_reading_changes_nothing(run: Run):
    before = {path: path.stat().st_mtime_ns for path in run.path.rglob("*")}
    assert (run.status, len(list(run.lines())), len(run.table())) == ("done", 7, 3)
    assert run.figures and run.checkpoint("best")
    assert {path: path.stat().st_mtime_ns for path in run.path.rglob("*")} == before


def test_the_last_and_the_best_checkpoint(run: Run):
    last, best = run.checkpoint(), run.checkpoint("best")
    assert last is not None and best is not None
    assert (last["epoch"], best["best"]) == (3, True)
    kept = {path.name for path in run.checkpoints.iterdir()}
    assert kept == {Path(last["path"]).name, Path(best["path"]).name}


def test_the_curves_are_a_picture_that_shows_itself(run: Run):
    picture = run.curves()
    assert picture.path == run.path / "curves.png"
    assert picture._repr_png_() == picture.path.read_bytes()
    with Image.open(picture.path) as image:
        image.load()
        assert image.format == "PNG" and min(image.size) > 300
    assert run.figures == [picture.path]


def test_find_a_run_by_path_name_experiment_or_last(run: Run):
    series = toys.series().run()
    newer = toys.toy().run()
    assert [other.path for other in list_runs()] == [run.path, series.path, newer.path]
    assert find_run(run.path).path == find_run(str(run.path)).path == find_run(run.name).path == run.path
    assert find_run("toy").path == newer.path
    assert find_run("toy-series").path == series.path
    assert find_run("last").path == newer.path
    assert find_run("toy", run.path.parent).path == newer.path


@pytest.mark.parametrize("name", ["tooy", "toy-serie"])
def test_a_name_that_no_run_has_brings_the_nearest(name: str, run: Run):
    with pytest.raises(UsageError, match=f"no run called {name} in .*Did you mean .*toy.*`dongshou runs` lists"):
        find_run(name)


def test_where_there_are_no_runs(tmp_path: Path):
    assert list_runs() == list_runs(tmp_path / "nowhere") == []
    with pytest.raises(UsageError, match="There is no run called last"):
        find_run("last")
    with pytest.raises(UsageError, match="is not a run: it has no config.json"):
        find_run(tmp_path)


def test_a_damaged_run_does_not_hide_the_others(run: Run):
    broken = toys.toy().run()
    (broken.path / "config.json").write_text("{")
    assert find_run("toy").path == run.path
    assert find_run(broken.name).path == broken.path
    with pytest.raises(DongshouError, match=r"config.json cannot be read"):
        _ = find_run(broken.name).experiment


def test_a_directory_whose_configuration_was_never_written_is_no_run(run: Run):
    (run.path.parent / "toy-half").mkdir()
    assert [other.path for other in list_runs()] == [run.path]


def test_where_runs_go(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    assert runs_directory(tmp_path) == tmp_path
    monkeypatch.setenv("DONGSHOU_RUNS", str(tmp_path / "here"))
    assert runs_directory() == tmp_path / "here"
    monkeypatch.delenv("DONGSHOU_RUNS")
    assert runs_directory() == Path("runs")


def test_a_place_that_cannot_be_written(tmp_path: Path):
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(DongshouError, match="No run can be written in .*Name another place with --runs DIR"):
        toys.toy().run(runs=file / "runs")


def test_two_runs_in_the_same_second_lie_in_two_directories(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(time, "strftime", lambda *args: "20260101-000000")
    names = [toys.toy(epochs=1).run().name for _ in range(3)]
    assert names == ["toy-20260101-000000", "toy-20260101-000000-2", "toy-20260101-000000-3"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="an administrator may write everywhere")
def test_a_directory_without_the_right_to_write(tmp_path: Path):
    tmp_path.chmod(0o500)
    with pytest.raises(DongshouError, match="No run can be written in"):
        toys.toy().run(runs=tmp_path / "runs")
