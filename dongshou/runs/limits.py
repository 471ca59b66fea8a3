"""How much less a run did than its experiment declares: fewer examples, fewer epochs. It is compared with nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dongshou.training import Session, Work

Limits = dict[str, int]  # {"examples": 2000, "epochs": 1}; empty for a whole run


def limits_of(work: Work, session: Session) -> Limits:
    """Before a run: what it is limited to."""
    limits = {} if session.limit is None else {"examples": session.limit}
    declared = work.declared
    if declared is None or not fewer_epochs(declared.settings, declared.defaults):
        return limits
    return limits | {"epochs": declared.settings["epochs"]}


def fewer_epochs(settings: Mapping[str, Any], defaults: Mapping[str, Any]) -> bool:
    return "epochs" in defaults and settings["epochs"] < defaults["epochs"]


def limits_in(config: Mapping[str, Any]) -> Limits:
    """What a recorded run was limited to; a record may be older than this entry."""
    if "limits" in config or not config.get("limited"):
        return dict(config.get("limits", {}))
    examples, epochs = config.get("limit"), config["settings"].get("epochs")
    return {"examples": examples} if examples is not None else {"epochs": epochs}


def in_words(limits: Mapping[str, int]) -> str:
    """What a run was limited to; nothing for a whole one.

    >>> in_words({"examples": 2000, "epochs": 1})
    '2,000 examples, 1 epoch'
    """
    return ", ".join(f"{count:,} {noun.removesuffix('s') if count == 1 else noun}" for noun, count in limits.items())
