"""Stop when a metric has not improved for a while."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dongshou.errors import UsageError
from dongshou.training.events import Metrics
from dongshou.training.reading import Reading


@dataclass(frozen=True)
class EarlyStopping:
    """Stop after `patience` epochs in a row without a new best value of `metric` (Prechelt, 1998).

    restore_best  the fit ends with the weights of the look at which `metric` was best and what was measured there,
                  whether or not it was stopped early; without it, with those of the last epoch

    Raises UsageError when no epoch measures that metric.
    """

    metric: str = "valid_loss"
    patience: int = 5
    restore_best: bool = True

    def reached(self, history: Sequence[Metrics], reading: Reading) -> bool:
        """Whether the epochs so far call for a stop."""
        if not history:
            return False
        if self.metric not in history[0]:
            measured = ", ".join(history[0])
            raise UsageError(f"Early stopping watches {self.metric}, which nobody measures; watch one of {measured}.")
        values = [metrics[self.metric] for metrics in history]
        best = max if reading.prefers_more(self.metric) else min
        return len(values) - 1 - values.index(best(values)) >= self.patience
