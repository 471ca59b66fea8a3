"""How metrics are to be read: which one counts, and in which direction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

SPLITS = ("valid", "test", "train")  # where the best epoch is looked for: first where nothing is judged by it


class Reading(NamedTuple):
    """What the task says of the metrics of a fit.

    headline          the quantity that chooses the best epoch and is shown first
    higher_is_better  the quantities of which more is better; of any other, less is
    """

    headline: str = ""
    higher_is_better: tuple[str, ...] = ()

    def prefers_more(self, metric: str) -> bool:
        """Whether more is better of a metric: of a quantity on a split, of a part, or gained.

        >>> reading = Reading("accuracy", ("accuracy",))
        >>> reading.prefers_more("test_accuracy"), reading.prefers_more("test_loss")
        (True, False)
        """
        return any(metric == name or metric.endswith(f"_{name}") for name in self.higher_is_better)

    def is_better(self, metrics: Mapping[str, float], best: Mapping[str, float], metric: str | None = None) -> bool:
        """Whether one look at the model beats the best one so far, by `metric`; without it by the headline on the
        validation, else test, else train split. Of equal ones the first stays."""
        names = [f"{split}_{self.headline}" for split in SPLITS] if metric is None else [metric]
        name = next((name for name in names if name in metrics), None)
        if name is None or name not in best:
            return name is not None
        return metrics[name] > best[name] if self.prefers_more(name) else metrics[name] < best[name]

    def and_also(self, higher_is_better: Iterable[str]) -> Reading:
        """The same, with more quantities of which more is better."""
        return self._replace(higher_is_better=tuple(sorted({*self.higher_is_better, *higher_is_better})))

    def joined(self, other: Reading) -> Reading:
        """Of several fits together: the directions of both, the headline of this one where it has one."""
        return self._replace(headline=self.headline or other.headline).and_also(other.higher_is_better)
