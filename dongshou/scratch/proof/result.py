"""What a proof found out about one class."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

Kind = Literal["layer", "optimiser"]

# class of torch: the reason why there is no twin of it in scratch
OUT_OF_REACH: dict[str, str] = {
    "NLLLoss2d": "the deprecated name of NLLLoss",
    "SyncBatchNorm": "needs a process group: it averages over several processes; on a single one it is BatchNorm",
}


@dataclass(frozen=True)
class Result:
    """How many samples of the database ran, and what the first one that differs says."""

    name: str
    kind: Kind
    samples: int = 0
    passed: int = 0
    problem: str = ""

    @property
    def holds(self) -> bool:
        """There is a twin, and every sample agrees."""
        return not self.problem and self.passed == self.samples

    @property
    def is_a_fault(self) -> bool:
        """It does not hold, and no reason is known why it could not."""
        return not self.holds and self.name not in OUT_OF_REACH

    @property
    def remark(self) -> str:
        """Why it cannot be proven, or where it first differs; nothing when it holds."""
        return "" if self.holds else OUT_OF_REACH.get(self.name, self.problem)


def tally(name: str, kind: Kind, checks: Iterable[tuple[str, Callable[[], None]]]) -> Result:
    """Runs every check, and counts those that do not raise; each is (what it is, what to call)."""
    problems, samples = [], 0
    for sample, check in checks:
        samples += 1
        try:
            check()
        except Exception as error:  # whatever a layer may raise on a sample is a finding, not an end
            lines = str(error).split("\n")
            problems.append(f"{sample}: {type(error).__name__}: {lines[0]}")
    return Result(name, kind, samples, samples - len(problems), problems[0] if problems else "")
