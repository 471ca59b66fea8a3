"""`dongshou runs`, `show` and `compare`: reading what runs left, whole or not."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from dongshou.cli import main
from dongshou.runs import list_runs


@pytest.fixture
def copied(shared_runs: Path, tmp_path: Path) -> Path:
    """The shared runs, to damage."""
    return shutil.copytree(shared_runs, tmp_path / "copied")


def test_runs_lists_the_newest_first(shared_runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["runs", "--runs", str(shared_runs)]) == 0
    _, first, second = capsys.readouterr().out.splitlines()
    older, newer = list_runs(shared_runs)
    assert newer.name in first and older.name in second
    assert "done" in first and "test_accuracy" in first


def test_runs_where_there_are_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["runs"]) == 0
    assert "There are no runs" in capsys.readouterr().out
    assert main(["runs", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"runs": []}


@pytest.mark.parametrize(
    ("file", "content", "fault"),
    [
        ("config.json", "{", "config.json cannot be read"),
        ("config.json", "[]", "it has no experiment"),
        ("config.json", '{"experiment": "mlp"}', "it has no settings"),
        ("result.json", "", "result.json cannot be read"),
        ("result.json", "{}", "result.json has no result"),
        ("metrics.jsonl", "no JSON\n", "line 1: not an event"),
        ("metrics.jsonl", "3\n", "line 1: not an event"),
    ],
)
def test_a_damaged_run_is_listed_with_its_fault(
    file: str, content: str, fault: str, copied: Path, capsys: pytest.CaptureFixture[str], fails: Callable[..., str]
) -> None:
    damaged = list_runs(copied)[0]
    if file == "metrics.jsonl":
        (damaged.path / "result.json").unlink()
    (damaged.path / file).write_text(content)
    assert main(["runs", "--runs", str(copied), "--json"]) == 0
    by_name = {run["name"]: run for run in json.loads(capsys.readouterr().out)["runs"]}
    assert fault in by_name[damaged.name]["fault"]
    assert by_name[damaged.name]["status"] == "damaged"
    assert main(["runs", "--runs", str(copied)]) == 0
    assert "damaged" in capsys.readouterr().out
    fails(1, "show", str(damaged.path))


def test_a_half_written_run_says_how_it_goes_on(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stopped = list_runs(copied)[0]
    (stopped.path / "result.json").unlink()
    with open(stopped.path / "metrics.jsonl", "a") as metrics:
        metrics.write('{"event": "ep')
    assert main(["show", str(stopped.path)]) == 0
    said = capsys.readouterr().out
    assert said.startswith("mlp:digits: stopped, limited to 2 epochs\n")
    assert f"Go on with: dongshou run mlp:digits --resume {stopped.path}" in said
    assert main(["run", "mlp:digits", "--resume", str(stopped.path), "--quiet"]) == 0
    assert stopped.status == "done"


def test_show_tells_everything_without_color_codes(shared_runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "last", "--runs", str(shared_runs)]) == 0
    said = capsys.readouterr().out
    run = list_runs(shared_runs)[-1]
    assert all(word in said for word in ("lr", "0.2", "test_accuracy", "accuracy", "loss", str(run.path)))
    assert all(str(figure) in said for figure in run.figures)
    assert "┤" in said and "\x1b" not in said


def test_show_as_json(shared_runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "mlp:digits", "--runs", str(shared_runs), "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["config"]["experiment"] == shown["result"]["experiment"] == "mlp:digits"
    assert shown["status"] == "done"


def test_show_what_is_no_run(tmp_path: Path, fails: Callable[..., str]) -> None:
    assert "no run called nothing" in fails(2, "show", "nothing")
    assert "it has no config.json" in fails(2, "show", str(tmp_path))
    assert "RUN is missing" in fails(2, "show")


def test_compare_shows_what_differs(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    older, newer = list_runs(copied)
    assert main(["compare", older.name, newer.name, "--runs", str(copied)]) == 0
    said = capsys.readouterr().out
    assert ["lr", "0.1", "0.2"] in [line.split() for line in said.splitlines()]
    assert not [line for line in said.splitlines() if line.startswith("epochs")]
    assert str(copied / "compare.png") in said
    assert (copied / "compare.png").read_bytes().startswith(b"\x89PNG")


def test_every_limited_run_says_so(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A whole run, one of fewer epochs and one of fewer examples: its end, runs, show, compare, and each as JSON."""
    whole, shorter = list_runs(copied)
    record = json.loads((whole.path / "config.json").read_text()) | {"limited": False, "limits": {}}
    (whole.path / "config.json").write_text(json.dumps(record))
    short = ["run", "mlp:digits", "--epochs", "1", "--limit", "64", "--quiet", "--runs", str(copied)]
    assert main(short) == 0
    smaller = list_runs(copied)[-1]
    assert "limited to 64 examples, 1 epoch: it is compared with nothing." in capsys.readouterr().out
    assert main(["show", str(smaller.path)]) == 0
    assert "limited to 64 examples, 1 epoch\n" in capsys.readouterr().out
    names = [run.name for run in (whole, shorter, smaller)]
    assert main(["compare", *names, "--runs", str(copied)]) == 0
    assert "64 examples" in next(line for line in capsys.readouterr().out.splitlines() if line.startswith("limited"))
    assert main(["compare", *names, "--runs", str(copied), "--json"]) == 0
    limits = json.loads(capsys.readouterr().out)["limits"]
    assert [limits[name] for name in names] == [{}, {"epochs": 2}, {"examples": 64, "epochs": 1}]
    assert main(["runs", "--runs", str(copied), "--json"]) == 0
    listed = {run["name"]: run["limits"] for run in json.loads(capsys.readouterr().out)["runs"]}
    assert listed == limits
    assert main(["runs", "--runs", str(copied)]) == 0
    lines = {line.split()[0]: line for line in capsys.readouterr().out.splitlines() if line.startswith("mlp")}
    assert ["epoch" in lines[name] for name in names] == [False, True, True]
    assert "mlp:digits, done, limited to 64 examples, 1 epoch, test_accuracy=" in repr(smaller)
    assert "mlp:digits, done, test_accuracy=" in repr(whole)


def test_compare_as_json(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    older, newer = list_runs(copied)
    assert main(["compare", older.name, newer.name, "--runs", str(copied), "--json"]) == 0
    compared = json.loads(capsys.readouterr().out)
    assert compared["settings"] == {"lr": {older.name: 0.1, newer.name: 0.2}}
    assert compared["result"][older.name].keys() == compared["result"][newer.name].keys()


def test_compare_names_its_markers_below_the_plot(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    older, newer = list_runs(copied)
    assert main(["compare", older.name, newer.name, "--runs", str(copied)]) == 0
    said = capsys.readouterr().out.splitlines()
    for name in ("lr 0.1", "lr 0.2"):  # by the setting that differs
        assert any(line.split()[1:] == [*name.split(), "train"] for line in said)
    assert "   ▚ lr 0.1 train" in said


def test_what_is_not_set_is_a_dash(shared_runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "last", "--runs", str(shared_runs)]) == 0
    assert ["limit", "-"] in [line.split() for line in capsys.readouterr().out.splitlines()]


def test_runs_that_are_a_file(tmp_path: Path, fails: Callable[..., str]) -> None:
    (tmp_path / "file").write_text("")
    for command in (["runs"], ["show", "last"]):
        assert "is a file; name the directory" in fails(2, *command, "--runs", str(tmp_path / "file"))


def test_compare_with_itself(shared_runs: Path, fails: Callable[..., str]) -> None:
    newest = list_runs(shared_runs)[-1]
    assert "the same run twice" in fails(2, "compare", "last", newest.name, "--runs", str(shared_runs))


def test_compare_needs_two(shared_runs: Path, fails: Callable[..., str]) -> None:
    assert "compare needs two runs" in fails(2, "compare", "last", "--runs", str(shared_runs))
