"""Experiments and the one loop that trains them."""

from dongshou.training.early_stopping import EarlyStopping
from dongshou.training.events import Clipped, Drew, Evaluated, Event, Finished, Kept, Saved, Stepped, Wrote
from dongshou.training.experiment import Experiment
from dongshou.training.loop import fit
from dongshou.training.procedure import Procedure
from dongshou.training.progress import Progress
from dongshou.training.published import Band, Exact, Goal, Published, Reported, Stated
from dongshou.training.reading import Reading
from dongshou.training.series import Series
from dongshou.training.session import Session
from dongshou.training.start import start_from
from dongshou.training.work import Declared, Work

__all__ = [
    "Band",
    "Clipped",
    "Declared",
    "Drew",
    "EarlyStopping",
    "Evaluated",
    "Event",
    "Exact",
    "Experiment",
    "Finished",
    "Goal",
    "Kept",
    "Procedure",
    "Progress",
    "Published",
    "Reading",
    "Reported",
    "Saved",
    "Series",
    "Session",
    "Stated",
    "Stepped",
    "Work",
    "Wrote",
    "fit",
    "start_from",
]


def __dir__() -> list[str]:
    """The public names, without the modules they come from."""
    return sorted(__all__)
