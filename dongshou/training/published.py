"""What others reported for an experiment, and how a measurement stands beside it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, TypeVar

Kind = Literal["published", "goal", "exact"]
Verdict = Literal["match", "within range", "differs"]

STATED = "stated"  # the attribute of a function that declares an experiment

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class Band:
    """The distribution of a result over many published runs: minimum, 10 %, median, 90 %, maximum.

    failed_below  of a fragile network: a lower value means that a seed has not learnt, which is counted and reported
    """

    minimum: float
    p10: float
    median: float
    p90: float
    maximum: float
    failed_below: float | None = None

    def judge(self, measured: float, deviation: float, better_is_higher: bool) -> Verdict:
        """`match` in [p10, p90] widened by the standard deviation of the seeds, or better than that."""
        if self.p10 - deviation <= measured <= self.p90 + deviation:
            return "match"
        if measured > self.p90 if better_is_higher else measured < self.p10:
            return "match"
        return "within range" if self.minimum <= measured <= self.maximum else "differs"

    @classmethod
    def between(cls, minimum: float, median: float, maximum: float) -> Band:
        """Where only the extremes and a middle value were published."""
        return cls(minimum, minimum, median, maximum, maximum)


@dataclass(frozen=True)
class Reported:
    """One published figure and how far from it a measurement may lie.

    two_sided  better than the figure by more than `within` counts as different too: for a quantity that is
               to come out equal, such as the true weights of a linear model
    """

    value: float
    within: float = 0.0
    two_sided: bool = False

    @property
    def median(self) -> float:
        return self.value

    def judge(self, measured: float, deviation: float, better_is_higher: bool) -> Verdict:
        """`match` within the tolerance, or better; one figure has no range beside it."""
        if abs(measured - self.value) <= self.within:
            return "match"
        is_better = measured > self.value if better_is_higher else measured < self.value
        return "match" if is_better and not self.two_sided else "differs"


class Stated:
    """What an experiment's results are set beside: figures by metric, and whose they are.

    Written above the function that declares the experiment, which it leaves as it is: the figures can be read
    without building anything.

    >>> @Published("d2l-zh 2.0", test_accuracy=Band(0.77, 0.78, 0.80, 0.82, 0.83))
    ... def experiment(lr: float = 0.9): ...
    >>> stated_by(experiment)[0].source
    'd2l-zh 2.0'

    The first metric named is the one that decides; `secondary` names those that are shown, not judged.
    """

    kind: ClassVar[Kind]

    def __init__(self, source: str, *, secondary: tuple[str, ...] = (), **figures: Band | Reported) -> None:
        self.source = source
        self.figures = figures
        self.secondary = secondary

    def __call__(self, declare: F) -> F:
        function = inspect.unwrap(declare)  # under `@dongshou.experiment` stands the function itself
        setattr(function, STATED, (self, *stated_by(function)))  # decorators are applied from the last to the first
        return declare

    def has_failed(self, result: Mapping[str, float]) -> bool:
        """Whether a seed has not learnt: one of its results lies below what its band calls failed, or is nan."""
        failures = {name: figure.failed_below for name, figure in self.figures.items() if isinstance(figure, Band)}
        return any(not result[name] >= least for name, least in failures.items() if least and name in result)

    def plain(self) -> dict:
        """As plain data, for a record."""
        return {
            "kind": self.kind,
            "source": self.source,
            "metrics": {
                name: values_of(figure) | {"judged": name not in self.secondary}
                for name, figure in self.figures.items()
            },
        }


class Published(Stated):
    """Results that others reported: a book, a paper, study notes."""

    kind = "published"


class Goal(Stated):
    """An aim of this project's own: a figure to reach, or a claim that the experiment makes."""

    kind = "goal"


class Exact(Stated):
    """What has to come out by construction: a theorem, two ways to compute the same."""

    kind = "exact"


def stated_by(declare: Callable[..., Any]) -> tuple[Stated, ...]:
    """What stands above the function that declares an experiment, in that order."""
    return getattr(declare, STATED, ())


def values_of(figure: Band | Reported) -> dict[str, float | bool]:
    """A figure as plain data."""
    return {name: value for name, value in vars(figure).items() if value is not None}
