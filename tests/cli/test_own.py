"""The commands with experiments of a user's own file."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dongshou.cli import main
from dongshou.runs import Run, list_runs
from dongshou.training.checkpoint import read_checkpoint
from tests.own_file import TEXT, write

Fails = Callable[..., str]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with a file of experiments, a space in its name."""
    path = tmp_path / "my work"
    write(path)
    monkeypatch.chdir(path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.delenv("DONGSHOU_RUNS")
    return path


def said_by(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    capsys.readouterr()
    assert main(list(arguments)) == code
    return capsys.readouterr().out


def run_quietly(*arguments: str, runs: str = "runs") -> Run:
    assert main(["run", *arguments, "--quiet", "--runs", runs]) == 0
    return list_runs(runs)[-1]


def test_the_signature_is_the_flags(folder: Path, capsys: pytest.CaptureFixture[str]):
    said = said_by(capsys, "run", "clouds.py", "--help")
    assert "usage: dongshou run clouds.py [-h]" in said and "Clouds of points." in said and "A single layer." in said
    assert "size of a step (default: 0.1)" in said and "--act {relu,tanh}" in said and "--engine" in said
    record = json.loads(said_by(capsys, "run", "clouds.py:deep", "--hidden", "5", "6", "--where", "there", "--json"))
    assert (record["experiment"], record["settings"]) == ("clouds.py:deep", {"hidden": [5, 6], "where": "there"})
    assert Path(record["run"]).name.startswith("clouds-deep-")
    (run,) = list_runs()
    assert (run.origin, run.file) == ("file", folder / "clouds.py")
    assert (run.path / "source" / "clouds.py").read_text() == TEXT


def test_a_goal_of_the_file_stands_beside_the_result(folder: Path, capsys: pytest.CaptureFixture[str]):
    said = said_by(capsys, "run", "clouds.py", "--quiet")
    assert "mine" in said and "reached" in said
    assert "mine" not in said_by(capsys, "run", "clouds.py", "--lr", "0.3", "--quiet")  # another experiment


def test_list(folder: Path, capsys: pytest.CaptureFixture[str], fails: Fails):
    lines = said_by(capsys, "list", "clouds.py").splitlines()
    assert [line.split() for line in lines[1:]] == [
        ["clouds.py", "Clouds", "of", "points."],
        ["clouds.py:deep", "Two", "layers."],
    ]
    (entry,) = json.loads(said_by(capsys, "list", "./clouds.py", "--json"))["experiments"]
    lr = {"name": "lr", "type": "float", "choices": [], "default": 0.1, "help": "size of a step"}
    assert entry["settings"]["clouds.py"][0] == lr and len(entry["settings"]["clouds.py:deep"]) == 2
    write(folder, "nothing.py", "x = 1\n")
    assert "nothing.py holds no experiment" in fails(2, "list", "nothing.py")


def test_the_space_of_a_search_is_the_settings_of_the_declaration(folder: Path):
    """What a sweep varies: types, choices and defaults as for an experiment of the course."""
    from dongshou.experiments.registry import find_declaration

    declaration = find_declaration("clouds.py")
    space = {setting.name: setting.choices or (setting.kind, setting.default) for setting in declaration.settings}
    assert space == {"lr": ("float", 0.1), "act": ("relu", "tanh"), "epochs": ("int", 4)}
    runs = [declaration(lr=lr, act=act, epochs=1).run() for lr in (0.1, 0.2) for act in space["act"]]
    assert len({json.dumps(run.config["settings"]) for run in runs}) == 4


def test_the_line_after_an_interrupt_works_in_another_process_and_directory(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    whole = run_quietly("clouds.py", "--lr", "0.3", runs="other runs")
    (folder / "stop").touch()
    assert main(["run", "clouds.py", "--lr", "0.3", "--runs", "my runs"]) == 130
    line = capsys.readouterr().err.splitlines()[-1].removeprefix("dongshou: Interrupted. Go on with: ")
    (run,) = list_runs("my runs")
    assert main(["show", str(run.path)]) == 0 and line in capsys.readouterr().out
    command = f"{shlex.quote(sys.executable)} -m {line} --json"
    process = subprocess.run(command, shell=True, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert json.loads(process.stdout)["result"] == whole.result == run.result
    assert weights(run) == weights(whole)


def weights(run: Run) -> dict[str, list]:
    line = run.checkpoint()
    assert line is not None
    return {name: tensor.tolist() for name, tensor in read_checkpoint(run.path / line["path"], None)[0].items()}


@pytest.fixture
def stopped_run(folder: Path, capsys: pytest.CaptureFixture[str]) -> Callable[[], Run]:
    return lambda: stop_in_the_third_epoch(folder, capsys)


def stop_in_the_third_epoch(folder: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    (folder / "stop").touch()
    assert main(["run", str(folder / "clouds.py"), "--quiet"]) == 130
    capsys.readouterr()
    return list_runs()[-1]


def test_a_file_that_has_changed_is_gone_on_with_and_it_is_said(
    folder: Path, stopped_run: Callable[[], Run], capsys: pytest.CaptureFixture[str]
):
    for old, new, is_said in (
        ("A single layer", "A layer", True),
        ("# a file that", "# which", False),  # a comment changes nothing
        ('"relu": nn.ReLU,', '"relu": nn.GELU,', True),
    ):
        write(folder)
        run = stopped_run()
        assert old in TEXT
        write(folder, text=TEXT.replace(old, new))
        capsys.readouterr()
        assert main(["run", "clouds.py", "--resume", "last", "--quiet"]) == 0
        said = capsys.readouterr().err
        notes = [f"{folder / 'clouds.py'} has changed since {run.path} began; it goes on with the file as it is now."]
        assert (f"note: {notes[0]}" in said) == is_said
        assert run.record.get("notes", []) == (notes if is_said else [])


def test_a_network_that_has_changed_takes_no_checkpoint(folder: Path, stopped_run: Callable[[], Run], fails: Fails):
    stopped_run()
    write(folder, text=TEXT.replace("nn.Linear(2, 2)", "nn.Linear(2, 2, bias=False)"))
    for command in (["run", "clouds.py", "--resume", "last"], ["predict", "last", "1,2"]):
        assert "The checkpoint belongs to another model" in fails(1, *command)


def test_a_moved_file(folder: Path, stopped_run: Callable[[], Run], fails: Fails):
    run = stopped_run()
    (folder / "away").mkdir()
    (folder / "clouds.py").rename(folder / "away" / "mists.py")
    said = fails(2, "predict", "last", "1,2")
    assert f"{folder / 'clouds.py'}, which {run.path} was made from, is not there any more: put it back." in said
    write(folder, "others.py", TEXT.replace("A single layer", "Another layer"))
    said = fails(2, "run", "others.py", "--resume", "last", "--runs", "runs")
    assert "There is no run of others.py" in said
    said = fails(2, "run", "others.py", "--resume", str(run.path))
    assert f"is a run of clouds.py, not of others.py; put {folder / 'clouds.py'} back, as it was" in said
    assert main(["run", "away/mists.py", "--resume", str(run.path), "--quiet"]) == 0  # the same text
    assert run.status == "done"


def test_files_of_one_name_are_not_mixed_up(folder: Path, capsys: pytest.CaptureFixture[str], fails: Fails):
    write(folder / "old", text=TEXT.replace("epochs: int = 4", "epochs: int = 1"))
    old, new = run_quietly("old/clouds.py", "--epochs", "1"), run_quietly("clouds.py", "--epochs", "1")
    said = said_by(capsys, "runs")
    assert "old/clouds.py" in said and " clouds.py " in said
    assert json.loads(said_by(capsys, "compare", "old/clouds.py", "clouds.py", "--json"))["settings"] == {
        "experiment": {old.name: "old/clouds.py", new.name: "clouds.py"}
    }
    (new.path / "result.json").unlink()
    said = fails(2, "run", "old/clouds.py", "--resume", str(new.path))
    assert f"is a run of {folder}/clouds.py, not of {folder}/old/clouds.py; use: dongshou run" in said
    assert main(["run", "old/clouds.py", "--resume", "last", "--quiet"]) == 0  # finished, though the other is newer
    assert "already finished" in capsys.readouterr().err
    (folder / "clouds.py").rename(folder / "elsewhere.py")
    said = fails(2, "show", "clouds.py")
    assert f"runs of several files called clouds.py: {folder}/clouds.py, {folder}/old/clouds.py" in said


def test_a_run_is_found_by_its_file(folder: Path, capsys: pytest.CaptureFixture[str], fails: Fails):
    deep = run_quietly("clouds.py:deep")
    for name in ("clouds.py:deep", "./clouds.py:deep", f"{folder}/clouds.py", "last"):
        assert json.loads(said_by(capsys, "show", name, "--json"))["config"]["created"] == deep.config["created"]
    run = run_quietly("clouds.py")
    assert json.loads(said_by(capsys, "show", "clouds.py", "--json"))["config"]["experiment"] == run.experiment
    assert "There is no run called clouds.py:dep in runs. Did you mean clouds.py:deep" in fails(
        2, "show", "clouds.py:dep"
    )


def test_reproduce(folder: Path, capsys: pytest.CaptureFixture[str]):
    write(folder / "old")
    for name in ("clouds.py", "old/clouds.py"):
        said = said_by(capsys, "reproduce", name, "--seeds", "2", "--quiet")
        assert "`clouds.py`" in said and "mine" in said and "reached" in said
    assert sorted(path.name for path in (folder / "results").glob("*.json")) == ["clouds.py-2.json", "clouds.py.json"]
    assert "## Own experiments" in (report := (folder / "RESULTS.md").read_text()) and "mlp" not in report
    (folder / "old" / "clouds.py").unlink()
    write(folder, text=TEXT.replace("Reported(0.0)", "Reported(1.1)"))
    verdicts = [one["verdict"] for one in json.loads(said_by(capsys, "reproduce", "--judge", "--json"))["outcomes"]]
    assert verdicts == ["reached", "missed"]  # what is away stays as it was


def test_an_error_in_the_function_shows_its_lines_and_none_of_ours(folder: Path, capsys: pytest.CaptureFixture[str]):
    write(folder, "beside.py", "def helper():\n    raise KeyError('mine')\n")
    head = "from torch import nn\nfrom torch.optim import SGD\nfrom beside import helper\n"
    for body, ends in (
        ("    helper()", "KeyError: 'mine'"),
        ("    SGD(nn.Linear(1, 1).parameters(), lr=-1)", "ValueError: Invalid learning rate: -1"),
        ("    open('nowhere.csv')", "FileNotFoundError: [Errno 2] No such file or directory: 'nowhere.csv'"),
    ):
        write(folder, "wrong.py", f"{head}def experiment():\n{body}\n")
        assert main(["run", "wrong.py"]) == 1
        said = capsys.readouterr().err
        assert said.startswith("Traceback") and said.strip().endswith(ends)
        assert 'wrong.py", line 5, in experiment' in said and ("beside.py" in said) == ("helper" in body)
        assert "dongshou/" not in said and "site-packages" not in said
    write(folder, "wrong.py", "x = y\ndef experiment(): ...\n")
    assert main(["run", "wrong.py"]) == 1
    assert capsys.readouterr().err.count("File ") == 1
    assert list_runs() == []


def test_an_error_while_it_trains_shows_the_lines_of_the_file(folder: Path, capsys: pytest.CaptureFixture[str]):
    write(folder, text=TEXT.replace("STOP.unlink()", "oops()"))
    (folder / "stop").touch()
    assert main(["run", "clouds.py", "--quiet"]) == 1
    said = capsys.readouterr().err
    assert "in stopped" in said and said.strip().endswith("NameError: name 'oops' is not defined")
    assert "dongshou/training" not in said


def test_a_relative_path_is_looked_for_in_the_working_directory(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    text = TEXT.replace("hidden[0]), nn.ReLU()", "hidden[0]), nn.ReLU(*where.read_text())")
    write(folder, text=text.replace('where: Path = Path("here")', "where: Path | None = None"))
    write(folder, "table.csv", "")
    run = run_quietly("clouds.py:deep", "--where", "table.csv")
    (run.path / "result.json").unlink()
    monkeypatch.chdir(tmp_path)
    capsys.readouterr()
    for command in (["run", f"{folder}/clouds.py:deep", "--resume"], ["predict"]):
        assert main([*command, f"{folder}/{run.path}"]) == 1
        said = capsys.readouterr().err
        assert f"began in {folder}; what it names by a relative path is looked for in {tmp_path}." in said
        assert "No such file or directory: 'table.csv'" in said
    monkeypatch.chdir(folder)
    assert main(["run", "clouds.py:deep", "--resume", str(run.path), "--quiet"]) == 0
    assert "began in" not in capsys.readouterr().err


def test_a_wrong_use_of_ours_in_the_file_says_the_line(folder: Path, fails: Fails):
    write(folder, text=TEXT.replace("Splits(points(2), test=points(2))", "points"))
    line = TEXT[: TEXT.index("Splits(points(2)")].count("\n") + 1
    assert fails(2, "run", "clouds.py").endswith(f"(clouds.py:{line})")
    write(folder, text=TEXT.replace("    if STOP.exists()", "    oops()\n    if STOP.exists()"))
    line = TEXT[: TEXT.index("    if STOP.exists()")].count("\n") + 1
    assert fails(1, "run", "clouds.py").endswith(f"(clouds.py:{line})")  # what caused it lies there
    write(folder, "imports.py", "\nimport nowhere_at_all\ndef experiment(): ...\n")
    assert fails(1, "run", "imports.py") == "dongshou: imports.py, line 2: No module named 'nowhere_at_all'."


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (
            ["clouds.py", "--lrr", "1"],
            "unrecognised option --lrr for clouds.py; did you mean --lr? See dongshou run clouds.py",
        ),
        (["clouds.py", "deep"], "a variant goes with the name; did you mean clouds.py:deep?"),
        (["clouds.py", "--act", "sigmoid"], "--act"),
        (["clouds.py", "--lr", "inf"], "lr must be a finite number; got inf"),
        (["seeded.py"], "seeded.py has a setting called seed, which is an option of every run: rename it."),
        (["helped.py"], "helped.py has a setting called help, which is an option of every run: rename it."),
        (["none.py"], "none.py returned nothing: it has to end with `return Experiment(...)`."),
        (["number.py"], "number.py returned int: it has to end with"),
        (["./"], "./ is a directory: name a file in it, such as clouds.py."),
    ],
)
def test_wrong_use_is_one_line(arguments: list[str], says: str, folder: Path, fails: Fails):
    write(folder, "seeded.py", "def experiment(seed: int = 1): ...\n")
    write(folder, "helped.py", "def experiment(help: int = 1): ...\n")
    write(folder, "none.py", "def experiment(): ...\n")
    write(folder, "number.py", "def experiment():\n    return 3\n")
    assert says in fails(2, "run", *arguments)
