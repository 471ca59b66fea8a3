"""The traceback of an error in a user's own file: their lines, without ours."""

from __future__ import annotations

import sysconfig
import traceback
from pathlib import Path

import dongshou

INSTALLED = (str(Path(dongshou.__file__).parent), sysconfig.get_path("stdlib"))


def own_trace(error: BaseException, folders: frozenset[Path]) -> str:
    """The traceback cut down to the frames of files in these folders; empty where no frame is of any.

    folders  of the user's files; what is installed below them is nobody's own
    """
    told = traceback.TracebackException.from_exception(error)
    if not any(is_own(frame, folders) for frame in told.stack):
        return ""
    link = told
    while link is not None:
        link.stack[:] = [frame for frame in link.stack if is_own(frame, folders)]
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
    return "".join(told.format()).rstrip()


def own_place(error: BaseException, folders: frozenset[Path]) -> str:
    """`my_experiment.py:12`, the last line in a file of these folders that led to an error, or to what caused it; empty
    where there is none, or where the error says the line itself."""
    link: BaseException | None = error
    while link is not None:
        frames = [frame for frame in traceback.extract_tb(link.__traceback__) if is_own(frame, folders)]
        if frames and f"line {frames[-1].lineno}" not in str(error):
            return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}"
        link = link.__cause__
    return ""


def is_own(frame: traceback.FrameSummary, folders: frozenset[Path]) -> bool:
    path = Path(frame.filename)
    is_installed = "site-packages" in path.parts or frame.filename.startswith(INSTALLED)
    return not is_installed and not folders.isdisjoint(path.parents)
