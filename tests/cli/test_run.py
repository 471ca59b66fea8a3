"""`dongshou run`"""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dongshou.cli import main
from dongshou.experiments.catalog import list_experiments
from dongshou.runs import find_run, list_runs
from dongshou.runs.run import find_run_to_resume

SHORT = ("run", "mlp:digits", "--epochs", "1", "--limit", "64")

KEYS = {"experiment", "run", "settings", "result", "published", "seconds", "device", "engine", "limited"}


def test_prints_result_and_pictures(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*SHORT]) == 0
    said = capsys.readouterr()
    run = find_run("last")
    assert "test_accuracy" in said.out and "at best epoch" in said.out
    assert "This run was limited to 64 examples, 1 epoch: it is compared with nothing." in said.out
    assert all(str(figure) in said.out for figure in run.figures)
    assert "epoch 1" in said.err


def test_json_is_one_object_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*SHORT, "--json", "--seed=3", "--engine=scratch"]) == 0
    said = capsys.readouterr()
    record = json.loads(said.out)
    assert said.err == ""
    assert KEYS <= record.keys()
    assert (record["engine"], record["limited"], record["seed"]) == ("scratch", True, 3)
    assert record["settings"] == {"hidden": [256], "batch_size": 64, "lr": 0.1, "epochs": 1}


def test_tuples_and_published_figures(capsys: pytest.CaptureFixture[str], real_data: Callable) -> None:
    real_data("fashion-mnist")
    flags = ["--epochs", "1", "--limit", "64", "--quiet"]
    assert main(["run", "mlp", *flags]) == 0
    said = capsys.readouterr().out
    assert "0.8690 ± 0.003" in said and "  limited" in said and "differs" not in said
    assert main(["run", "mlp", "--hidden", "16", "8", "--json", *flags]) == 0
    assert json.loads(capsys.readouterr().out)["settings"]["hidden"] == [16, 8]


@pytest.mark.parametrize("name", [entry.name for entry in list_experiments()])
def test_every_experiment_has_flags_of_its_own(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", name, "--help"]) == 0
    said = capsys.readouterr().out
    assert f"usage: dongshou run {name}" in said and "--engine" in said


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "name an experiment first"),
        (["--lr", "1"], "name an experiment first"),
        (["mpl"], "Did you mean mlp"),
        (["mlp:dep"], "Did you mean deep?"),
        (["mlp", "--lrr", "0.1"], "unrecognised option --lrr for mlp; did you mean --lr? See dongshou run mlp --help"),
        (["mlp", "--batch_sise=3"], "did you mean --batch-size?"),
        (["MLP"], "Did you mean mlp"),
        (["mlp", "digits"], "did you mean mlp:digits?"),
        (["mlp", "--learning-rate", "0.1"], "did you mean --lr?"),
        (["mlp", "--learning_rate=0.1"], "did you mean --lr?"),
        (["mlp", "--batchsize", "3"], "did you mean --batch-size?"),
        (["mlp", "--lr", "nan"], "lr must be a finite number; got nan"),
        (["mlp", "--lr", "inf"], "lr must be a finite number; got inf"),
        (["dropout", "--dropout", "0.1", "nan"], "dropout must be a finite number"),
        (["mlp", "--hidden"], "--hidden needs at least one value"),
        (["mlp", "stray"], "mlp does not take stray"),
        (["mlp", "--lr", "fast"], "--lr: could not convert string to float: 'fast'. See dongshou run mlp --help"),
        (["mlp", "--lr"], "Missing value for argument '--lr'"),
        (["mlp", "--device", "gpu"], "Expected one of ('auto', 'cpu', 'cuda', 'mps')"),
        (["mlp", "--data", "nonsense"], 'No image set is called "nonsense"'),
        (["mlp:digits", "--limit", "0"], "limit must be at least 1"),
        (["mlp:digits", "--resume", "nothing"], "no run called nothing"),
        (["mlp", "--data", "digits", "--batch-size", "5000"], "batch_size must be between 1 and"),
    ],
)
def test_wrong_use_is_one_line(arguments: list[str], says: str, fails: Callable[..., str]) -> None:
    assert says in fails(2, "run", *arguments)


def test_divergence_names_step_checkpoint_and_causes(fails: Callable[..., str]) -> None:
    said = fails(1, "run", "softmax-regression:digits", "--lr", "1e38", "--quiet")
    assert re.search(r"became (nan|inf) at step \d+; the last good checkpoint is none", said)
    assert "learning rate" in said
    assert find_run("last").status == "failed"


def test_runs_directory_that_is_a_file(tmp_path: Path, fails: Callable[..., str]) -> None:
    (tmp_path / "file").write_text("")
    assert "Name another place with --runs" in fails(1, *SHORT, "--runs", str(tmp_path / "file"))


def test_a_finished_run_is_resumed_to_its_result(shared_runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "mlp:digits", "--resume", "last", "--runs", str(shared_runs), "--json"]) == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["settings"]["lr"] == 0.2
    assert "is already finished" in said.err


def test_last_is_the_last_of_this_experiment_unfinished_ones_first(
    shared_runs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], fails: Callable[..., str]
) -> None:
    runs = shutil.copytree(shared_runs, tmp_path / "copied")
    stopped, finished = list_runs(runs)
    assert main(["run", "softmax-regression:digits", "--epochs", "1", "--quiet", "--runs", str(runs)]) == 0
    assert find_run_to_resume("mlp:digits", runs).path == finished.path
    (stopped.path / "result.json").unlink()
    assert find_run_to_resume("mlp:digits", runs).path == stopped.path
    capsys.readouterr()
    assert main(["run", "mlp:digits", "--resume", "last", "--runs", str(runs)]) == 0
    assert "going on after epoch 2\n" in capsys.readouterr().err
    assert "There is no run of mlp in" in fails(2, "run", "mlp", "--resume", "last", "--runs", str(runs))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["mlp:digits", "--lr", "7"], "was started with lr=0.2, not 7.0"),
        (["mlp:digits", "--seed", "7"], "was started with seed=0, not 7"),
        (["mlp:digits", "--compile"], "was started with compile=False, not True"),
    ],
)
def test_a_resumed_run_keeps_what_it_was(
    arguments: list[str], says: str, shared_runs: Path, fails: Callable[..., str]
) -> None:
    assert says in fails(2, "run", *arguments, "--resume", "last", "--runs", str(shared_runs))


def test_a_run_of_another_experiment_is_not_resumed(shared_runs: Path, fails: Callable[..., str]) -> None:
    path = str(list_runs(shared_runs)[0].path)
    assert "is a run of mlp:digits, not of mlp" in fails(2, "run", "mlp", "--resume", path)


def test_an_interrupted_run_keeps_its_checkpoint_and_says_how_to_go_on(tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    flags = ["mlp:digits", "--limit", "64", "--epochs", "3000", "--runs", str(runs)]
    said = stopped(signal.SIGTERM, flags, lambda: any(run.checkpoint() for run in list_runs(runs)))
    (run,) = list_runs(runs)
    before = run.checkpoint()
    assert run.status == "stopped" and before is not None
    line = f"Go on with: dongshou run mlp:digits --resume {run.path}"
    assert said.endswith(line)
    # It goes on where it stood: stopped again at once, it has lost no checkpoint.
    flags = line.split()[5:]
    assert stopped(signal.SIGINT, flags, lambda: (run.checkpoint() or before)["step"] > before["step"]).endswith(line)
    assert run.status == "stopped"


def stopped(stop: signal.Signals, flags: list[str], moment: Callable[[], object]) -> str:
    """Send the signal to `dongshou run` with these flags once the moment has come; the last line that it says."""
    with started("run", *flags, "--quiet") as process:
        wait_until(moment)
        process.send_signal(stop)
        said = process.communicate(timeout=60)[1]
    assert process.returncode == 130
    return said.strip().splitlines()[-1]


@contextmanager
def started(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """The command line in a process of its own, which hears Ctrl-C even where these tests run in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # an ignored signal would be inherited
    process = subprocess.Popen([sys.executable, "-m", "dongshou", *arguments], stderr=subprocess.PIPE, text=True)
    signal.signal(signal.SIGINT, before)
    with process:
        try:
            yield process
        finally:
            process.kill()


def wait_until(holds: Callable[[], object], seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)
