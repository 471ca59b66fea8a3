"""Open a run that was stopped, at its last whole checkpoint."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dongshou.errors import DongshouError, UsageError
from dongshou.notes import note
from dongshou.runs.describe import float32_layers
from dongshou.runs.further import FURTHER, epochs_to_reach, make_unfinished
from dongshou.runs.origin import called, go_on, has_changed, is_moved
from dongshou.runs.record import Record
from dongshou.runs.run import Run
from dongshou.training import Declared, Session, Work
from dongshou.training.checkpoint import Checkpoints, read_checkpoint
from dongshou.training.fast.choice import Choice
from dongshou.training.work import Origin


def reopen(run: Run, work: Work) -> tuple[Record | None, Session, Checkpoints]:
    """The record, cut back to the last checkpoint, and the state to go on from; no record for a finished run.

    Raises UsageError when the run is of another experiment or other settings, DongshouError when its last
    checkpoint was damaged.
    """
    check_same_work(run, work)
    epochs = epochs_to_reach(run, work)
    session = recorded_session(run)
    checkpoints = checkpoints_of(work, run.checkpoints)
    if run.is_done and epochs is None:
        return None, session, checkpoints
    check_same_data(run, work)
    check_same_precision(run, float32_layers(work, session))
    record = Record(run.path)  # from here on no other process can write to this run
    try:
        last = load_last_checkpoint(run, checkpoints)
        if epochs is None and FURTHER not in run.config:
            checkpoints.former_rates = None
        if epochs is not None:
            make_unfinished(run, work, session, epochs)
        record.rewind(*last)
    except DongshouError:
        record.close()
        raise
    checkpoints.prune()
    remove_partial_files(run.path)
    return record, session, checkpoints


def checkpoints_of(work: Work, directory: Path) -> Checkpoints:
    asked = work.asked()
    return Checkpoints(directory, asked=0 if asked is None else asked.number)


def remove_partial_files(directory: Path) -> None:
    """What a killed process had not finished writing; only while the lock is held."""
    for path in directory.rglob(".*.partial"):
        path.unlink(missing_ok=True)


def check_same_work(run: Run, work: Work) -> None:
    declared = work.declared
    if declared is None:
        check_same_experiment(run, work.name or "custom", "python")
    else:
        check_same_experiment(run, declared.name, declared.origin, declared.file, declared.text)
    recorded = run.config["settings"]
    for setting, value in (declared.settings if declared else work.recorded_settings()).items():
        if setting == "epochs" and epochs_to_reach(run, work) is not None:
            continue
        check_same(run, setting, recorded.get(setting, value), value)


def check_same_experiment(
    run: Run, name: str, origin: Origin = "course", file: Path | None = None, text: bytes = b""
) -> None:
    """Raise UsageError unless the run is of this experiment. The file of one's own may have been moved since."""
    is_same = name == run.experiment and origin == run.origin and file == run.file
    if not (is_same or is_moved(run, name, file, text)):
        of, other = run.experiment, name
        if of == other:
            of, other = called(of, run.origin, run.file), called(other, origin, file)
        is_gone = run.file is not None and not run.file.exists()
        cure = f"put {run.file} back, as it was" if is_gone else f"use: {go_on(run)}"
        raise UsageError(f"{run.path} is a run of {of}, not of {other}; {cure}")


def note_changes(run: Run, declared: Declared | None) -> None:
    """Say it where a user's own file is not what it was when the run began: what follows is of another text."""
    if declared is not None and declared.file is not None and has_changed(run, declared.text):
        note(f"{declared.file} has changed since {run.path} began; it goes on with the file as it is now.")


def check_same(run: Run, setting: str, recorded: Any, given: Any) -> None:
    if recorded != given:
        raise UsageError(
            f"{run.path} was started with {setting}={recorded}, not {given}; "
            "a resumed run keeps its settings: leave the flag out, or start a new run."
        )


def check_same_data(run: Run, work: Work) -> None:
    recorded, found = run.config.get("data", {}), work.fingerprints()
    changed = sorted(name for name in recorded.keys() | found.keys() if recorded.get(name) != found.get(name))
    if changed:
        raise DongshouError(
            f"The data of {run.path} changed since it began ({', '.join(changed)}): "
            "put the former files back, or start a new run."
        )


def check_same_precision(run: Run, in_float32: list[str]) -> None:
    """`in_float32` are the kinds of layers that this machine leaves in float32 although the precision is bf16."""
    recorded = run.config.get("float32_layers", in_float32)  # which older records do not say
    if recorded != in_float32:
        there, here = (", ".join(kinds) or "no layer" for kinds in (recorded, in_float32))
        raise DongshouError(
            f"{run.path} was started on a machine that computes {there} in float32 under bf16, this one {here}: "
            "go on where it was started, or start a new run."
        )


def recorded_session(run: Run) -> Session:
    fields = ("seed", "engine", "device", "precision", "compile", "limit")
    choice = run.config.get("choice")
    return Session(
        **{field: run.config[field] for field in fields},
        fast=run.config.get("fast", False),  # which the first records do not say
        choice=None if choice is None else Choice(**choice),
        start_from=run.config.get("start_from"),
        part=run.config.get("part", ""),
    )


def load_last_checkpoint(run: Run, checkpoints: Checkpoints) -> tuple[int, int, float]:
    """Read the last checkpoint that the record names; where its line ends, its step, and the seconds until then."""
    end, step, seconds, line = 0, 0, 0.0, None
    rates: list[Any] = []
    for candidate, position in run.lines_and_ends():
        if candidate["event"] == "epoch":
            rates.append(candidate.get("lr"))
        if candidate["event"] == "checkpoint":
            end, step, seconds, line = position, candidate["step"], candidate["time"], candidate
            checkpoints.note(run.path / candidate["path"], candidate["best"])
            checkpoints.former_rates = [*rates]
    if line is not None and checkpoints.last is not None:
        model, state = read_checkpoint(checkpoints.last, line["sha256"])
        checkpoints.to_resume = {"model": model, **state}
    return end, step, seconds
