"""The name and the settings of an experiment made in Python."""

from __future__ import annotations

from pathlib import Path

import pytest

from dongshou.errors import UsageError
from dongshou.runs import execute, find_run
from dongshou.runs.execute import Interrupted
from dongshou.training import Experiment, Goal, Procedure, Reported, Series, Stepped
from tests.training.toys import classifier

FLATS = {"name": "flats", "settings": {"lr": 0.1, "hidden": (8, 4), "file": Path("flats.csv")}}


def interrupted(experiment: Experiment, **options) -> Interrupted:
    def stop(event):
        if isinstance(event, Stepped) and event.step == 5:
            raise KeyboardInterrupt

    with pytest.raises(Interrupted) as caught:
        execute(experiment, watch=[stop], **options)
    return caught.value


def test_a_run_bears_them():
    run = classifier(epochs=1, **FLATS).run()
    assert (run.experiment, run.origin, run.file) == ("flats", "python", None)
    assert run.config["settings"] == run.record["settings"] == {"lr": 0.1, "hidden": [8, 4], "file": "flats.csv"}
    assert run.name.startswith("flats-") and find_run("flats").path == run.path


def test_a_series_and_a_procedure_have_them_too():
    series = Series({"one": lambda: classifier(epochs=1)}, name="folds", settings={"num": 1})
    assert (series.name, series.recorded_settings()) == ("folds", {"num": 1})
    assert Procedure(lambda session: iter(()), name="search").name == "search"
    with pytest.raises(UsageError, match="The name of an experiment is a text"):
        Procedure(lambda session: iter(()), name=3)  # pyright: ignore


def test_the_line_after_an_interrupt_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """In Python, with the same experiment, from another directory, its path with a space in it."""
    monkeypatch.chdir(tmp_path)
    stopped = interrupted(classifier(**FLATS), runs="my runs", seed=3)
    monkeypatch.chdir(tmp_path.parent)
    line = str(stopped).removeprefix("Interrupted. Go on with: ").partition(", with the same")[0]
    assert "my runs" in line
    run = eval(line, {"experiment": classifier(**FLATS)})
    assert run.status == "done" and run.config["seed"] == 3 and not run.path.samefile(tmp_path)


def test_a_run_of_another_name_or_of_other_settings_is_not_gone_on_with():
    run = interrupted(classifier(**FLATS)).run
    with pytest.raises(UsageError, match="is a run of flats, not of custom; use: experiment.run"):
        classifier().run(resume=run.path)
    with pytest.raises(UsageError, match="was started with lr=0.1, not 0.2"):
        classifier(**FLATS | {"settings": {"lr": 0.2}}).run(resume=run.path)


def test_a_name_of_the_course_is_no_run_of_the_course(fails_of_cli):
    run = interrupted(classifier(name="mlp:digits")).run
    said = fails_of_cli(2, "run", "mlp:digits", "--resume", str(run.path))
    assert "is a run of mlp:digits made in Python, not of mlp:digits; use: experiment.run(resume=" in said, said
    said = fails_of_cli(2, "predict", str(run.path), "a.png")
    assert "was made in Python from mlp:digits, which stands in no file" in said


@pytest.fixture
def fails_of_cli(capsys: pytest.CaptureFixture[str]):
    from dongshou.cli import main

    def run(code: int, *arguments: str) -> str:
        assert main(list(arguments)) == code
        return capsys.readouterr().err

    return run


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"name": 3}, "The name of an experiment is a text of one line"),
        ({"name": "two\nlines"}, "The name of an experiment is a text of one line"),
        ({"settings": [("lr", 1)]}, "The settings of an experiment are values by name"),
        ({"settings": {1: 2}}, "The settings of an experiment are values by name"),
        ({"settings": {"model": object()}}, "The setting model cannot be recorded: it is object; settings are numbers"),
    ],
)
def test_what_is_none(wrong: dict, says: str):
    with pytest.raises(UsageError, match=says):
        classifier(**wrong)


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("flats / old", "flats-old-"),
        ("../../x", "x-"),
        ("...", "custom-"),
        ("房价", "房价-"),
        ("x" * 300, "x" * 60 + "-"),
    ],
)
def test_any_name_makes_a_directory(name: str, folder: str, tmp_path: Path):
    run = Procedure(finished, name=name).run(runs=tmp_path / "here")
    assert run.name.startswith(folder) and run.path.parent == tmp_path / "here" and run.experiment == name


def finished(session):
    from dongshou.training import Finished

    yield Finished({"test_loss": 1.0})


def test_goals_of_an_experiment_made_in_python_stand_beside_its_result():
    run = classifier(epochs=1, stated=[Goal("mine", test_loss=Reported(100.0))], **FLATS).run()
    assert run.record["goals"][0]["metrics"]["test_loss"]["verdict"] == "reached"
