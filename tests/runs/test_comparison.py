"""Runs over each other in one line, named by what sets them apart."""

from __future__ import annotations

import shutil
import struct

import pytest

import dongshou
from dongshou.errors import UsageError
from dongshou.runs import Run, compare
from dongshou.runs.differences import differences, short_names
from dongshou.runs.files import read_json, write_json
from tests.training import toys


@pytest.fixture(scope="module")
def done(tmp_path_factory) -> Run:
    return toys.declared(lambda: toys.toy(), epochs=3, lr=0.1).run(runs=tmp_path_factory.mktemp("runs"))


@pytest.fixture
def run(done, tmp_path) -> Run:
    """A run with room for others beside it."""
    return Run(shutil.copytree(done.path, tmp_path / "runs" / done.name))


def copy(run: Run, name: str, **changes) -> Run:
    """The run once more, with other settings, or with another experiment, seed and so on."""
    path = run.path.with_name(name)
    shutil.copytree(run.path, path)
    config = read_json(path / "config.json")
    settings = {key: value for key, value in changes.items() if key not in config}
    own = {key: value for key, value in changes.items() if key in config}
    write_json(path / "config.json", config | own | {"settings": config["settings"] | settings})
    return Run(path)


def test_runs_are_named_by_the_settings_that_differ(run):
    assert short_names([run, copy(run, "b", lr=0.5)]) == ["lr 0.1", "lr 0.5"]
    assert short_names([run, copy(run, "c", lr=0.5, batch_size=64)]) == ["lr 0.1", "lr 0.5, batch_size 64"]


def test_where_no_setting_differs_by_the_seed(run):
    assert short_names([run, copy(run, "b", seed=1)]) == ["seed 0", "seed 1"]


def test_where_nothing_differs_by_the_time(run):
    again = copy(run, f"{run.experiment}-20260314-150926")
    assert short_names([run, again])[1] == "20260314-150926"
    names = short_names([run, again, copy(run, "other", lr=0.5)])
    assert names[1:] == ["lr 0.1, 20260314-150926", "lr 0.5"]


def test_by_the_experiment_where_that_is_enough(run):
    other = copy(run, "b", experiment="mlp:deep", lr=0.5)
    assert short_names([run, other]) == [run.experiment, "mlp:deep"]
    third = copy(run, "c", experiment="mlp:deep", lr=1e-05)
    assert short_names([run, other, third])[1:] == ["mlp:deep, lr 0.5", "mlp:deep, lr 1e-05"]


def test_of_runs_with_the_same_name_each_keeps_its_own_curves(run, tmp_path):
    shutil.copytree(run.path, tmp_path / "elsewhere" / run.name)
    there = Run(tmp_path / "elsewhere" / run.name)
    assert differences([run, there]) == {}
    lines = (there.path / "metrics.jsonl").read_text().replace("0.", "7.")
    (there.path / "metrics.jsonl").write_text(lines)
    axes = compare(run, there).draw().axes[0]
    assert axes.get_lines()[0].get_ydata().tolist() != axes.get_lines()[2].get_ydata().tolist()


def test_it_shows_itself_and_is_saved_under_a_new_name(run):
    comparison = compare(run, copy(run, "b", lr=0.5))
    shown = comparison._repr_png_()
    assert shown.startswith(b"\x89PNG") and min(struct.unpack(">II", shown[16:24])) > 300
    assert repr(comparison) == "compare(lr 0.1, lr 0.5)"
    first, second = comparison.save(), comparison.save()
    assert (first.path.name, second.path.name) == ("compare.png", "compare-2.png")
    assert first.path.parent == run.path.parent and first.path.read_bytes() == shown
    chosen = comparison.save(run.path.parent / "mine.png")
    assert chosen.path.name == "mine.png"


def test_its_table_holds_settings_results_and_seconds(run):
    table = compare(run, copy(run, "b", lr=0.5)).table
    assert table["lr"].tolist() == [0.1, 0.5]
    assert table["test_accuracy"].tolist() == [run.result["test_accuracy"]] * 2
    assert table["seconds"].tolist() == [run.record["seconds"]] * 2


def test_runs_are_found_by_name_and_path(run, monkeypatch):
    copy(run, "b", lr=0.5)
    monkeypatch.setenv("DONGSHOU_RUNS", str(run.path.parent))
    assert dongshou.compare(run.name, run.path.parent / "b").names == ["lr 0.1", "lr 0.5"]
    assert dongshou.compare([run.name, "b"]).names == ["lr 0.1", "lr 0.5"]


def test_what_cannot_be_compared_is_said(run):
    with pytest.raises(UsageError, match="two runs or more; got 1"):
        compare(run)
    with pytest.raises(UsageError, match=r"by its path, name or experiment; got 7\."):
        compare(run, 7)  # pyright: ignore[reportArgumentType]
    with pytest.raises(UsageError, match="the same run twice.*its newest run"):
        compare(run, Run(run.path))
