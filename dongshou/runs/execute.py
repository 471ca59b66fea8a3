"""Run a piece of work and record it, from the start or from its last checkpoint."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

from dongshou.errors import DongshouError
from dongshou.notes import notes_kept
from dongshou.runs.describe import configuration, outcome
from dongshou.runs.origin import go_on, keep_text
from dongshou.runs.record import CHECKPOINTS, Record
from dongshou.runs.resume import checkpoints_of, note_changes, reopen
from dongshou.runs.run import Run, runs_directory
from dongshou.training import Event, Finished, Session, Work
from dongshou.training.afresh import as_given
from dongshou.training.checkpoint import Checkpoints
from dongshou.training.fast.choose import with_choice
from dongshou.training.randomness import random_state_kept, seed_all

Watcher = Callable[[Event], None]


class Interrupted(DongshouError):
    """The person stopped the run. Nothing is lost but what came after the last checkpoint."""

    exit_code = 130

    def __init__(self, run: Run) -> None:
        self.run = run
        super().__init__(f"Interrupted. Go on with: {go_on(run)}")


def execute(
    work: Work,
    *,
    seed: int = 0,
    engine: Any = "torch",
    device: Any = "auto",
    precision: Any = "fp32",
    compile: bool = False,
    limit: int | None = None,
    fast: bool = False,
    start_from: str | Path | None = None,
    part: str = "",
    runs: str | Path | None = None,
    resume: Run | str | Path | None = None,
    progress: bool | None = None,
    tensorboard: bool = False,
    watch: Iterable[Watcher] = (),
) -> Run:
    """Do the work in a run directory of its own; the `Run` that was recorded.

    seed, engine, device, precision, compile, limit, fast   see `dongshou.training.Session`
    start_from   a run, checkpoint or file whose weights the fits begin with
    part         the part of the model that is given them, such as "backbone"; empty for the whole
    runs         where the run directory is made: default DONGSHOU_RUNS, else ./runs
    resume       the run to go on with; its own seed, engine and so on then hold; more epochs train it further
    progress     show a progress bar; None: one live bar and picture in a notebook, nothing elsewhere; False: nothing
    tensorboard  also write TensorBoard events into the run's directory
    watch        called with each event, after it was recorded

    Raises DongshouError when the work fails, Interrupted on Ctrl-C: both leave a run that can be resumed.
    """
    work.check_as_made()
    if resume is not None:
        path = resume.path if isinstance(resume, Run) else resume
        record, session, checkpoints = reopen(Run(path), work)
        if record is None:
            return Run(path, work)
    else:
        began = time.perf_counter()  # what is measured to choose the fastest way is time that the user waits
        start = None if start_from is None else str(Path(start_from).resolve())
        settings = Session(seed, engine, device, precision, compile, limit, fast, start_from=start, part=part)
        session = chosen(work, settings)
        record = Record.create(runs_directory(runs), configuration(work, session), began)
        keep_text(record.directory, work.declared)
        checkpoints = checkpoints_of(work, record.directory / CHECKPOINTS)
    run = Run(record.directory, work)
    with ExitStack() as stack:
        notes = stack.enter_context(notes_kept())
        stack.callback(record.close)
        stack.enter_context(failures_recorded(record, run))
        if resume is not None:
            note_changes(run, work.declared)
        watchers = [*watch, *more_watchers(run, progress, tensorboard, stack)]
        finished = carry_out(work, session, checkpoints, record, watchers)
        if run.has_curves:
            run.curves()
        run.strips()
        record.finish(outcome(run, session, finished, record.seconds) | ({"notes": notes} if notes else {}))
    return run


def chosen(work: Work, session: Session) -> Session:
    """The session with what `fast` chooses, before anything is recorded."""
    if not session.fast:
        return session
    with random_state_kept():
        seed_all(session.seed)
        made = work if work.declared is None else work.declared.make()
        experiment = made.typical_fit()
        if experiment is None:
            return session
        with as_given(experiment):
            return with_choice(experiment, session)


def carry_out(
    work: Work, session: Session, checkpoints: Checkpoints, record: Record, watchers: list[Watcher]
) -> Finished:
    """Draw the events out of the work, record each, then show it to the watchers."""
    finished = Finished({})
    with closing(seeded_events(work, session, checkpoints)) as events:
        for event in events:
            record.write(event)
            for watcher in watchers:
                watcher(event)
            if isinstance(event, Finished):
                finished = event
    return finished


@contextmanager
def failures_recorded(record: Record, run: Run) -> Iterator[None]:
    """Whatever ends the run before its time: Ctrl-C becomes `Interrupted`, an error is put on record."""
    try:
        yield
    except KeyboardInterrupt:
        raise Interrupted(run) from None
    except (DongshouError, OSError) as error:
        if record.is_empty:
            record.discard()  # nothing was done yet: a batch that is too large, data that are not there
        else:
            record.failed(f"{error}")  # in English, whatever language it is shown in
        raise
    except Exception as error:  # a fault of ours, or the machine's, such as too little memory on the GPU
        record.failed(f"{type(error).__name__}: {error}")
        raise


def seeded_events(work: Work, session: Session, checkpoints: Checkpoints | None = None) -> Generator[Event, None, None]:
    """The events of the work, begun afresh under the seed; all random generators are put back afterwards."""
    with random_state_kept():
        seed_all(session.seed)
        with work.begun():
            yield from work.events(session, checkpoints)


def more_watchers(run: Run, progress: bool | None, tensorboard: bool, stack: ExitStack) -> Iterator[Watcher]:
    from dongshou.runs.live import Live, in_notebook

    if progress is not False and in_notebook():
        yield stack.enter_context(Live(run))
    elif progress:
        from dongshou.runs.progress import Progress

        yield stack.enter_context(Progress(run))
    if tensorboard:
        from dongshou.runs.tensorboard import TensorBoard

        yield stack.enter_context(TensorBoard(run.path))
