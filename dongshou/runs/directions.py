"""How the metrics of a record are to be read: as the task said, when it was written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dongshou.training import Reading

UNSAID = Reading(higher_is_better=("accuracy", "bleu", "lines", "map", "miou"))  # of records that do not say it


def reading_in(record: Mapping[str, Any]) -> Reading:
    """The headline, and of which metrics more is better, in a result or in a line of the metrics."""
    if "higher_is_better" not in record:
        return UNSAID
    return Reading(record.get("headline", ""), tuple(record["higher_is_better"]))
