"""A run is trained for more epochs than it was started with."""

from __future__ import annotations

from dongshou.errors import UsageError
from dongshou.runs.describe import limits_of
from dongshou.runs.files import write_json
from dongshou.runs.record import CONFIG, RESULT
from dongshou.runs.run import Run
from dongshou.training import Experiment, Session, Work

FURTHER = "trained_further"  # in the configuration: the numbers of epochs that the run was meant for before


def epochs_to_reach(run: Run, work: Work) -> int | None:
    """The epochs that the run is to be trained for, where that are others than it was started with.

    Raises UsageError for fewer than it has been trained for, and for work that is no single fit.
    """
    meant, asked = recorded_epochs(run), epochs_of(work)
    if meant is None or asked is None or meant == asked:
        return None
    if not isinstance(work, Experiment):
        raise UsageError(
            f"{run.path} was started with epochs={meant}, not {asked}; a run of several fits, or of none, cannot be"
            " trained further: leave the flag out, or start a new run."
        )
    line = run.checkpoint()
    if line is not None and asked < line["epoch"]:
        raise UsageError(
            f"{run.path} has been trained for {line['epoch']} epochs, which is more than {asked}:"
            " give a larger number, or start a new run."
        )
    return asked


def recorded_epochs(run: Run) -> int | None:
    """Those that the run is meant for; None where no epochs are counted."""
    of_settings = run.config["settings"].get("epochs")
    recorded = run.config.get("epochs")  # which older records do not say
    return of_settings if recorded is None else recorded


def epochs_of(work: Work) -> int | None:
    """Of a single fit; of anything else those that it is set to."""
    if isinstance(work, Experiment):
        return work.epochs
    return (work.declared.settings if work.declared else work.recorded_settings()).get("epochs")


def make_unfinished(run: Run, work: Work, session: Session, epochs: int) -> None:
    """Let the record say that the run goes on to so many epochs. Only while the lock is held.

    The result goes first: a run that is killed in between was stopped, and is finished again when it is resumed.
    """
    (run.path / RESULT).unlink(missing_ok=True)
    config = run.config
    settings = config["settings"] | ({"epochs": epochs} if "epochs" in config["settings"] else {})
    limits = limits_of(work, session)
    further = {"epochs": epochs, FURTHER: [*config.get(FURTHER, ()), recorded_epochs(run)]}
    limited = {"limited": bool(limits), "limits": limits}
    write_json(run.path / CONFIG, config | {"settings": settings} | limited | further)
