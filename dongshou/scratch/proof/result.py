"""What a proof found out about one class or function."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["layer", "optimiser", "operator"]
Check = tuple[str, Callable[[], None]]  # what it is, and what to call

# class of torch: the reason why there is no twin of it in scratch
OUT_OF_REACH: dict[str, str] = {
    "NLLLoss2d": "the deprecated name of NLLLoss",
    "SyncBatchNorm": "needs a process group: it averages over several processes; on a single one it is BatchNorm",
}

# (function, kind of comparison): the reason why ours and torch's differ there
DIFFERENT: dict[tuple[str, str], str] = {
    **{
        ("interpolate", kind): "torch has no antialiased means of short numbers on a processor; ours computes them"
        for kind in ("bfloat16", "float16")
    },
    ("interpolate", "integers"): "torch counts bytes in fixed point, and rounds after each axis; ours rounds once",
    (
        "upsample_bilinear",
        "integers",
    ): "torch counts bytes in fixed point, and rounds after each axis; ours rounds once",
    ("linear_cross_entropy", "second"): "torch's chunked form fails gradgradcheck: its first derivative is a constant",
    ("linear_cross_entropy", "autocast"): "torch's chunked form is none of those that autocast knows",
    ("multi_head_attention_forward", "autocast"): "a chain of bfloat16 products, rounded at other places than torch's",
    ("multi_margin_loss", "empty"): "torch gives back memory that was never written",
    ("multilabel_margin_loss", "empty"): "torch gives back memory that was never written",
    ("scaled_dot_product_attention", "empty"): "torch takes axes that do not broadcast where nothing is computed",
    ("poisson_nll_loss", "bfloat16"): "torch's derivative by a count of 0 is NaN with full=True; ours is a number",
}


@dataclass(frozen=True)
class Result:
    """How many samples of the database ran, and what the first one that differs says."""

    name: str
    kind: Kind
    samples: int = 0
    passed: int = 0
    problem: str = ""
    parts: dict[str, Result] = field(default_factory=dict)  # of a function: a result for every kind of comparison

    @property
    def holds(self) -> bool:
        """There is a twin, and every sample agrees."""
        return not self.problem and self.passed == self.samples

    @property
    def is_a_fault(self) -> bool:
        """It does not hold, and no reason is known why it could not."""
        known = {kind for name, kind in DIFFERENT if name == self.name}
        if self.parts and all(part.holds or kind in known for kind, part in self.parts.items()):
            return False
        return not self.holds and self.name not in OUT_OF_REACH

    @property
    def remark(self) -> str:
        """Why it cannot be proven, or where it first differs; nothing when it holds."""
        if self.holds:
            return ""
        if self.parts and not self.is_a_fault:
            reasons = ((kind, DIFFERENT[self.name, kind]) for kind, part in self.parts.items() if not part.holds)
            return "; ".join(f"{kind}: {reason}" for kind, reason in reasons)
        return OUT_OF_REACH.get(self.name, self.problem)


def tally_by_kind(name: str, checks: Iterable[tuple[str, Check]]) -> Result:
    """The result of a function from checks that are marked with their kind of comparison."""
    by_kind: dict[str, list[Check]] = {}
    for kind, check in checks:
        by_kind.setdefault(kind, []).append(check)
    parts = {kind: tally(name, "operator", checks) for kind, checks in by_kind.items()}
    samples, passed = sum(part.samples for part in parts.values()), sum(part.passed for part in parts.values())
    unexplained = (
        f"{kind}, {part.problem}" for kind, part in parts.items() if part.problem and (name, kind) not in DIFFERENT
    )
    explained = (part.problem for part in parts.values() if part.problem)
    return Result(name, "operator", samples, passed, next(unexplained, next(explained, "")), parts)


def tally(name: str, kind: Kind, checks: Iterable[Check]) -> Result:
    """Runs every check, and counts those that do not raise."""
    problems, samples = [], 0
    for sample, check in checks:
        samples += 1
        try:
            check()
        except Exception as error:  # whatever a layer may raise on a sample is a finding, not an end
            lines = str(error).split("\n")
            problems.append(f"{sample}: {type(error).__name__}: {lines[0]}")
    return Result(name, kind, samples, samples - len(problems), problems[0] if problems else "")
