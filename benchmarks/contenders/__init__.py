"""Who takes part: ours in its modes, and other people's ways of training the same network, a file each.

The file of a contender holds `train(work, epoch_done, **options)`, which trains in the way natural to it and
calls `epoch_done(test_accuracy)` after each epoch, until it is stopped.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.util import find_spec


@dataclass(frozen=True)
class Target:
    """What the time of a contender should be, as a ratio to another's in the same round."""

    against: str
    at_least: float = 0.0
    at_most: float = float("inf")

    def __str__(self) -> str:
        bound = f"<= {self.at_most:g}" if self.at_least == 0 else f">= {self.at_least:g}"
        return f"{bound} x {self.against}"

    def is_reached(self, ratio: float) -> bool:
        return self.at_least <= ratio <= self.at_most


@dataclass(frozen=True)
class Contender:
    """One row of the table.

    module    the file in this folder
    packages  what has to be installed for it
    options   handed to its `train`
    threads   its own number of threads, where that differs from the table's
    """

    name: str
    module: str
    packages: tuple[str, ...] = ()
    options: dict[str, str | bool] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    threads: int | None = None
    target: Target | None = None

    def missing_packages(self) -> list[str]:
        return [package for package in self.packages if find_spec(package) is None]


YARDSTICK = "bare"

CONTENDERS = (
    Contender("bare", "bare"),
    Contender("ours", "ours", target=Target("bare", at_most=1.05)),
    Contender("tutorial", "tutorial", target=Target("ours", at_least=3.0)),
    Contender("lightning", "lightning", ("lightning",), target=Target("ours", at_least=1.5)),
    Contender("skorch", "skorch", ("skorch",), target=Target("ours", at_least=1.5)),
    Contender(
        "keras-torch",
        "keras",
        ("keras",),
        environment={"KERAS_BACKEND": "torch"},
        target=Target("ours", at_least=1.5),
    ),
    Contender(
        "keras-jax",
        "keras",
        ("keras", "jax"),
        environment={"KERAS_BACKEND": "jax"},
        target=Target("ours", at_least=1.0),
    ),
    Contender("ours-fast", "ours", options={"fast": True}),
    Contender("ours-fast-compile", "ours", options={"fast": True, "compile": True}),
    Contender("ours-scratch", "ours", options={"engine": "scratch"}),
    Contender("ours-bf16", "ours", options={"precision": "bf16"}),
    Contender("ours-compile", "ours", options={"compile": True}),
    Contender("ours-2-threads", "ours", threads=2),
)


def chosen(names: tuple[str, ...], threads: int) -> list[Contender]:
    """The contenders of one table, the yardstick always among them; all of them when none is named."""
    return [
        contender
        for contender in CONTENDERS
        if (not names or contender.name in (YARDSTICK, *names)) and contender.threads != threads
    ]
