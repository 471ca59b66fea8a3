"""How the metrics of a record are to be read: as the task said, when it was written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dongshou.training import Reading

HEADLINES = ("test_accuracy", "valid_accuracy", "test_loss", "valid_loss", "train_loss")  # the first one present
UNSAID = Reading(higher_is_better=("accuracy", "bleu", "lines", "map", "miou"))  # of records that do not say it


def reading_in(record: Mapping[str, Any]) -> Reading:
    """The headline, and of which metrics more is better, in a result or in a line of the metrics."""
    if "higher_is_better" not in record:
        return UNSAID
    return Reading(record.get("headline", ""), tuple(record["higher_is_better"]))


def headline_in(metrics: Mapping[str, float], quantity: str = "") -> str | None:
    """The name of the metric that is shown first: what the task is judged by, where it was measured."""
    of_task = [f"{split}_{quantity}" for split in ("test", "valid", "train")] + [quantity]
    return next((name for name in (*of_task, *HEADLINES) if name in metrics), next(iter(metrics), None))
