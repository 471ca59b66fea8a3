"""Where the experiment of a run stands: in the course, in a user's own file, or in Python alone."""

from __future__ import annotations

import ast
import os
import shlex
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dongshou.errors import DongshouError, UsageError
from dongshou.experiments.own import address_in
from dongshou.notes import note
from dongshou.runs.files import write_whole

if TYPE_CHECKING:
    from dongshou.runs.run import Run
    from dongshou.training import Declared, Work
    from dongshou.training.work import Origin

SOURCE = "source"  # the folder of a run that keeps the text of the user's file as it was: to be read, never run


def described(work: Work) -> dict[str, Any]:
    """What `config.json` says of it."""
    declared = work.declared
    if declared is None:
        return {"experiment": work.name or "custom", "settings": work.recorded_settings(), "origin": "python"}
    file = {} if declared.file is None else {"file": str(declared.file)}
    about = {"experiment": declared.name, "settings": declared.settings, "origin": declared.origin}
    return about | file | {"directory": os.getcwd()}


def keep_text(directory: Path, declared: Declared | None) -> None:
    """Write the text of the user's file into the directory of the run."""
    if declared is not None and declared.file is not None:
        write_whole(directory / SOURCE / declared.file.name, declared.text)


def address_of(run: Run) -> str:
    """What is typed to name its experiment from any directory: `mlp:digits`, `/home/me/my_experiment.py:deep`."""
    return address(run.experiment, run.file)


def called(experiment: str, origin: Origin, file: Path | None) -> str:
    """What tells two apart that have the same name."""
    return f"{experiment} made in Python" if origin == "python" else address(experiment, file)


def address(experiment: str, file: Path | None) -> str:
    return experiment if file is None else str(file.parent / experiment)


def labels(runs: Sequence[Run]) -> list[str]:
    """The experiment of each run, told apart from others of the same name: of files by their folders."""
    origins: dict[str, set[tuple[Origin, Path | None]]] = {}
    for run in runs:
        origins.setdefault(run.experiment, set()).add((run.origin, run.file))
    return [run.experiment if len(origins[run.experiment]) == 1 else apart(run, origins) for run in runs]


def apart(run: Run, origins: Mapping[str, set[tuple[Origin, Path | None]]]) -> str:
    """`old/my_experiment.py:deep` beside `new/my_experiment.py:deep`."""
    folders = [str(file.parent) for _, file in origins[run.experiment] if file is not None]
    if run.file is None or len(folders) < 2:
        return called(run.experiment, run.origin, run.file)
    return str(run.file.parent.relative_to(os.path.commonpath(folders)) / run.experiment)


def go_on(run: Run) -> str:
    """The line that resumes a run, wherever it is typed."""
    path = str(run.path.resolve())
    if run.origin == "python":
        return f"experiment.run(resume={path!r}), with the same experiment in Python"
    return shlex.join(["dongshou", "run", address_of(run), "--resume", path])


@contextmanager
def noted_where_it_began(run: Run) -> Iterator[None]:
    """Where the work of a run cannot be made again, say that it began in another directory, if it did: what it names
    by a relative path may lie there."""
    try:
        yield
    except (DongshouError, OSError):
        began = run.config.get("directory", os.getcwd())
        if began != os.getcwd():
            note(f"{run.path} began in {began}; what it names by a relative path is looked for in {os.getcwd()}.")
        raise


def is_named(run: Run, name: str) -> bool:
    """Whether this is what its experiment is called; one in a file also by any path to that file."""
    address = address_in(name)
    if address is None or run.file is None:
        return name == run.experiment
    function = run.experiment.partition(":")[2]
    return address.function == function and is_same_file(address.path, run.file)


def is_same_file(given: Path, recorded: Path) -> bool:
    """A name alone, of a file that is not in the working directory, means whatever file has it."""
    if given.resolve() == recorded:
        return True
    return given.parent == Path() and given.name == recorded.name and not given.exists()


def newest_of_file(runs: Sequence[Run], name: str) -> Run | None:
    """The newest run of an experiment in a user's file; of a file alone the newest of its `experiment`, else of any.

    Raises UsageError where several files are called so.
    """
    address = address_in(name)
    if address is None:
        return None
    of_file = [run for run in runs if run.file is not None and is_same_file(address.path, run.file)]
    named = [run for run in of_file if is_named(run, name)]
    found = named or ([] if address.function else of_file)
    files = sorted({str(run.file) for run in found})
    if len(files) > 1:
        several = ", ".join(files)
        raise UsageError(f"There are runs of several files called {address.file}: {several}. Name one by its path.")
    return found[-1] if found else None


def is_moved(run: Run, name: str, file: Path | None, text: bytes) -> bool:
    """Whether this is the file of the run in another place: the recorded one is gone, and function and either name or
    text are the same."""
    if run.file is None or file is None or run.file.exists():
        return False
    is_function = run.experiment.partition(":")[2] == name.partition(":")[2]
    return is_function and (name == run.experiment or not has_changed(run, text))


def has_changed(run: Run, text: bytes) -> bool:
    """Whether the user's file says something else than at the start of the run; comments and layout do not count."""
    try:
        kept = (run.path / SOURCE / str(run.experiment.partition(":")[0])).read_bytes()
        return kept != text and ast.dump(ast.parse(kept)) != ast.dump(ast.parse(text))
    except (OSError, SyntaxError, ValueError):  # the copy was taken away, or written by hand
        return False
