"""Resuming: after Ctrl-C, of a finished run, and every way in which it must not be possible."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch.optim import lr_scheduler
from torch.utils.data import DataLoader, TensorDataset

from dongshou import experiments, models
from dongshou.data import Splits
from dongshou.errors import DongshouError, UsageError
from dongshou.runs import Run, execute, list_runs
from dongshou.runs.execute import Interrupted
from dongshou.runs.record import Record
from dongshou.training import Event, Experiment, Finished, Saved, Stepped, Work
from dongshou.training.checkpoint import Checkpoints
from tests.runs.same_run import assert_same
from tests.training import toys


def stop_at(step: int) -> Callable[[Event], None]:
    """Ctrl-C at a step."""

    def watch(event: Event) -> None:
        if isinstance(event, Stepped) and event.step == step:
            raise KeyboardInterrupt

    return watch


def interrupted(work: Work, step: int = 5, **options) -> Run:
    """A run that was stopped there; a toy takes 3 steps an epoch."""
    with pytest.raises(Interrupted) as stopped:
        execute(work, watch=[stop_at(step)], **options)
    return stopped.value.run


@pytest.mark.parametrize("step", [1, 3, 4, 6, 9])
def test_ctrl_c_loses_nothing(step: int):
    whole = toys.toy(draw=True).run()
    run = interrupted(toys.toy(draw=True), step)
    assert run.status == "stopped"
    resumed = execute(toys.toy(draw=True), resume=run.path)
    assert (resumed.path, resumed.status) == (run.path, "done")
    assert_same(whole, resumed)


def test_the_message_says_how_to_go_on():
    with pytest.raises(Interrupted, match="Go on with: dongshou run toy --resume ") as stopped:
        execute(toys.toy(), watch=[stop_at(1)])
    assert str(stopped.value.run.path) in str(stopped.value)


@pytest.mark.parametrize("moment", ["curves", "finish"])
def test_ctrl_c_while_the_last_files_are_written(moment: str, monkeypatch: pytest.MonkeyPatch):
    whole = toys.toy().run()

    def interrupt(*args) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Run if moment == "curves" else Record, moment, interrupt)
        with pytest.raises(Interrupted) as stopped:
            toys.toy().run()
    assert stopped.value.run.status == "stopped"
    assert_same(whole, execute(toys.toy(), resume=stopped.value.run.path))


SETTINGS = {
    "scratch engine": {"engine": "scratch"},
    "bfloat16": {"precision": "bf16"},
    "a limit": {"limit": 40},
    "another seed": {"seed": 11},
}


@pytest.mark.parametrize("name", SETTINGS)
def test_the_session_of_the_run_holds(name: str):
    options = SETTINGS[name]
    step = 5 if name != "a limit" else 4
    whole = toys.toy().run(**options)
    assert_same(whole, execute(toys.toy(), resume=interrupted(toys.toy(), step, **options).path))


SCHEDULES = {
    "none": None,
    "milestones": lambda optimizer: lr_scheduler.MultiStepLR(optimizer, [1, 2]),
    "cosine": lambda optimizer: lr_scheduler.CosineAnnealingLR(optimizer, 3),
    "function": lambda optimizer: lr_scheduler.LambdaLR(optimizer, lambda epoch: 0.5**epoch),
    "warm up, then cosine": lambda optimizer: lr_scheduler.SequentialLR(
        optimizer,
        [lr_scheduler.LinearLR(optimizer, total_iters=1), lr_scheduler.CosineAnnealingLR(optimizer, 2)],
        milestones=[1],
    ),
    "one cycle": lambda optimizer: lr_scheduler.OneCycleLR(optimizer, 0.2, total_steps=4),
}


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_schedule_goes_on_where_it_was(name: str):
    def make() -> Work:
        return toys.toy(schedule=SCHEDULES[name])

    assert_same(make().run(), execute(make(), resume=interrupted(make(), 7).path))


def test_adam_goes_on_with_its_moments():
    def make() -> Work:
        def adam():
            experiment = toys.classifier(schedule=None)
            experiment.optimizer = torch.optim.Adam(experiment.model.parameters(), lr=0.01, amsgrad=True)
            return experiment

        return toys.declared(adam)

    assert_same(make().run(), execute(make(), resume=interrupted(make()).path))


def test_a_data_loader_goes_on_in_its_order():
    def make() -> Work:
        def with_loader():
            loader = DataLoader(TensorDataset(*toys.blobs()), batch_size=16, shuffle=True)
            return toys.classifier(data=Splits(loader, test=TensorDataset(*toys.blobs(24, seed=8)), batch_size=24))

        return toys.declared(with_loader)

    assert_same(make().run(), execute(make(), resume=interrupted(make()).path))


def snapshot(run: Run) -> dict[str, tuple[bytes, int]]:
    return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in run.path.rglob("*") if path.is_file()}


def test_a_finished_run_is_returned_untouched():
    run = toys.toy().run()
    before = snapshot(run)
    again = execute(toys.toy(), resume=run.path, watch=[lambda event: pytest.fail("nothing is left to do")])
    assert again.result == run.result
    assert snapshot(run) == before


def test_a_run_of_another_experiment():
    run = interrupted(toys.toy())
    with pytest.raises(UsageError, match=f"run of toy, not of toy-series; use: dongshou run toy --resume {run.path}"):
        execute(toys.series(), resume=run.path)


def test_other_settings():
    run = interrupted(toys.declared(toys.classifier, lr=0.1))
    before = snapshot(run)
    with pytest.raises(UsageError, match="was started with lr=0.1, not 0.2; a resumed run keeps its settings"):
        execute(toys.declared(toys.classifier, lr=0.2), resume=run.path)
    assert snapshot(run) == before


def test_other_data(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Splits, "fingerprints", lambda self: {"train.gz": "0" * 64})
    run = interrupted(toys.toy())
    monkeypatch.setattr(Splits, "fingerprints", lambda self: {"train.gz": "1" * 64})
    with pytest.raises(DongshouError, match=r"data of .* changed since it began \(train.gz\)"):
        execute(toys.toy(), resume=run.path)


def test_another_model_under_the_same_name():
    run = interrupted(toys.toy())
    other = toys.declared(wider, epochs=3)
    with pytest.raises(DongshouError, match="The checkpoint belongs to another model: .*size mismatch"):
        execute(other, resume=run.path)


def wider() -> Experiment:
    experiment = toys.classifier()
    experiment.model = models.mlp(4, (16,), toys.NUM_CLASSES, dropout=(0.5,))
    return experiment


def test_a_run_that_another_process_writes():
    run = interrupted(toys.toy())
    code = "import sys, time, filelock as f\nlock = f.FileLock(sys.argv[1])\nlock.acquire()\nprint(1, flush=True)"
    code += "\ntime.sleep(60)"
    other = subprocess.Popen([sys.executable, "-c", code, str(run.path / ".lock")], stdout=subprocess.PIPE)
    try:
        assert other.stdout is not None and other.stdout.readline()
        assert run.status == "running"
        before = snapshot(run)
        with pytest.raises(UsageError, match="is being written by another process; wait until it ends"):
            execute(toys.toy(), resume=run.path)
        assert snapshot(run) == before
    finally:
        other.kill()
        other.communicate()
    assert run.status == "stopped"
    assert execute(toys.toy(), resume=run.path).status == "done"


def test_a_directory_that_is_not_there_or_is_no_run(tmp_path: Path):
    with pytest.raises(UsageError, match="There is no run at .*nowhere"):
        execute(toys.toy(), resume=tmp_path / "nowhere")
    with pytest.raises(UsageError, match="is not a run: it has no config.json"):
        execute(toys.toy(), resume=tmp_path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "cannot be read"),
        ('{"experiment": "toy"', "cannot be read"),
        ("\xff\x00", "cannot be read|does not describe a run"),
        ("[]", "does not describe a run: it has no experiment"),
        ('{"experiment": "toy"}', "does not describe a run: it has no settings, seed"),
    ],
)
def test_a_broken_configuration(content: str, message: str):
    run = interrupted(toys.toy())
    (run.path / "config.json").write_bytes(content.encode("latin-1"))
    with pytest.raises(DongshouError, match=message):
        execute(toys.toy(), resume=run.path)


def test_a_record_that_stops_in_the_middle_of_a_line():
    whole = toys.toy().run()
    run = interrupted(toys.toy())
    with open(run.path / "metrics.jsonl", "a") as file:
        file.write('{"event": "step", "st')
    assert [line["event"] for line in run.lines()] == ["epoch", "checkpoint"]
    assert_same(whole, execute(toys.toy(), resume=run.path))


@pytest.mark.parametrize(
    "line", [b"{]", b"\x00" * 20, b"5", b"{}", b'{"event": "checkpoint", "step": 3, "time": 1.0}', b"\xff\xfe"]
)
@pytest.mark.parametrize("number", [0, 1])
def test_a_damaged_line(line: bytes, number: int):
    run = interrupted(toys.toy())
    path = run.path / "metrics.jsonl"
    lines = path.read_bytes().split(b"\n")
    lines[number] = line
    path.write_bytes(b"\n".join(lines))
    with pytest.raises(DongshouError, match=f"metrics.jsonl, line {number + 1}: not an event; the record was damaged"):
        execute(toys.toy(), resume=run.path)
    with pytest.raises(DongshouError, match="the record was damaged"):
        _ = run.status


@pytest.mark.parametrize("kind", ["flipped", "truncated", "deleted"])
@pytest.mark.parametrize("file", ["model.safetensors", "state.safetensors", "state.json"])
def test_a_tampered_checkpoint_is_not_used(file: str, kind: str):
    run = interrupted(toys.toy())
    checkpoint = run.checkpoint()
    assert checkpoint is not None
    path = run.path / checkpoint["path"] / file
    content = bytearray(path.read_bytes())
    content[-5] ^= 1
    path.unlink()
    if kind != "deleted":
        path.write_bytes(content if kind == "flipped" else content[:-1])
    before = snapshot(run)
    for _ in range(2):  # the lock is free again after the error
        with pytest.raises(DongshouError, match="is not whole" if kind == "deleted" else "SHA-256 differs") as error:
            execute(toys.toy(), resume=run.path)
        assert "\n" not in str(error.value)
    assert snapshot(run) == before


def test_a_run_that_never_reached_a_checkpoint_starts_over():
    whole = toys.toy().run()
    assert_same(whole, execute(toys.toy(), resume=interrupted(toys.toy(), 2).path))


def test_leftovers_of_a_killed_writer_are_cleared_away():
    whole = toys.toy().run()
    run = interrupted(toys.toy())
    (run.checkpoints / ".00-00000006.unfinished").mkdir()
    (run.checkpoints / ".00-00000006.unfinished" / "model.safetensors").write_bytes(b"half")
    (run.checkpoints / "00-00000006").mkdir()
    (run.path / ".result.json.4711.partial").write_text("{")
    assert_same(whole, execute(toys.toy(), resume=run.path))


def full_at_step(monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    """The disk is full when the checkpoint of that step is written."""
    save, fsync = Checkpoints.save, os.fsync

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    def saving(self, at: int, *args):
        os.fsync = full if at == step else fsync
        try:
            return save(self, at, *args)
        finally:
            os.fsync = fsync

    monkeypatch.setattr(Checkpoints, "save", saving)


def test_a_full_disk_ends_the_run_with_one_error_and_it_goes_on_to_the_same_bits(monkeypatch: pytest.MonkeyPatch):
    whole = toys.toy().run()
    with monkeypatch.context() as patched:
        full_at_step(patched, 6)
        with pytest.raises(DongshouError, match=r"step 6 could not be written \(No space left on device\)"):
            toys.toy().run()
    run = list_runs()[-1]
    assert run.status == "failed"
    assert [path.name for path in run.checkpoints.iterdir()] == ["00-00000003"]
    assert_same(whole, execute(toys.toy(), resume=run.path))


@pytest.fixture
def small_disk(tmp_path: Path):
    """A file system of its own with room for little; only an administrator can make one."""
    place = tmp_path / "small"
    place.mkdir()
    mounted = sys.platform == "linux" and os.geteuid() == 0
    options = ["mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", str(place)]
    if not mounted or subprocess.run(options, capture_output=True).returncode != 0:
        pytest.skip("a small tmpfs cannot be mounted here")
    yield place
    subprocess.run(["umount", str(place)], check=True)


@pytest.mark.parametrize("bytes_left", [0, 1, 100, 6_000, 12_000, 18_000, 26_000])
def test_a_disk_that_is_really_full(bytes_left: int, small_disk: Path):
    whole = toys.toy().run()
    filler = small_disk / "filler"

    def fill(event: Event) -> None:
        if isinstance(event, Saved) and event.step == 3:
            size = os.statvfs(small_disk)
            filler.write_bytes(b"0" * max(0, size.f_bavail * size.f_frsize - bytes_left))

    with pytest.raises(DongshouError, match=r"could not be written.*No space left on device") as error:
        execute(toys.toy(), runs=small_disk, watch=[fill])
    assert type(error.value) is DongshouError
    (run,) = list_runs(small_disk)
    assert run.status in ("failed", "stopped")
    filler.unlink()
    assert_same(whole, execute(toys.toy(), resume=run.path))


def test_an_experiment_of_the_course_goes_on_too():
    whole = experiments.mlp.digits(epochs=2).run(limit=200)
    run = interrupted(experiments.mlp.digits(epochs=2), 6, limit=200)
    assert_same(whole, experiments.mlp.digits(epochs=2).run(resume=run.path))
    assert json.loads((run.path / "result.json").read_text())["limited"] is True


def test_the_seconds_of_all_attempts_count():
    run = interrupted(toys.toy())
    before = [line["time"] for line in run.lines()][-1]
    resumed = execute(toys.toy(), resume=run.path)
    assert [line["time"] for line in resumed.lines()] == sorted(line["time"] for line in resumed.lines())
    assert resumed.record["seconds"] > before


def test_the_watchers_see_only_what_is_new():
    run = interrupted(toys.toy())
    seen: list[Event] = []
    execute(toys.toy(), resume=run.path, watch=[seen.append])
    steps = [event.step for event in seen if isinstance(event, Stepped)]
    assert steps == [4, 5, 6, 7, 8, 9]
    assert isinstance(seen[-1], Finished)
