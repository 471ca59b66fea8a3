"""The two summaries of a run: what was decided before it, and what came out."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timezone
from typing import Any

import torch
from torch.nn.parameter import is_lazy

from dongshou.runs.judge import beside_stated
from dongshou.runs.limits import limits_in, limits_of
from dongshou.runs.machine import machine, versions
from dongshou.runs.origin import described
from dongshou.runs.run import Run
from dongshou.training import Experiment, Finished, Session, Work, bfloat16

FORMAT = 1  # of the run directory


def configuration(work: Work, session: Session) -> dict[str, Any]:
    """What `config.json` holds."""
    return {
        "format": FORMAT,
        **described(work),
        **asdict(session),
        "device": session.torch_device().type,
        "float32_layers": float32_layers(work, session),
        "epochs": work.epochs if isinstance(work, Experiment) else None,
        "limited": bool(limits := limits_of(work, session)),
        "limits": limits,
        "parameters": num_parameters(work),
        "data": work.fingerprints(),
        "classes": list(work.data.classes) if isinstance(work, Experiment) else [],
        "features": features_of(work),
        "asked_with": None if (asked := work.asked()) is None else asked.asked_with,
        **stated_of(work, session),
        "versions": versions(),
        "machine": machine(),
        "created": datetime.now(timezone.utc).isoformat(timespec="seconds"),
    }


def features_of(work: Work) -> dict[str, Any] | None:
    """How a row of a table becomes an input, as the rows to train on said; None where it learns from no table."""
    features = work.data.features if isinstance(work, Experiment) else None
    return None if features is None else features.as_json()


def outcome(run: Run, session: Session, finished: Finished, seconds: float) -> dict[str, Any]:
    """What `result.json` holds and `--json` prints."""
    config, is_limited = run.config, run.config["limited"]
    result, reading = finished.metrics, finished.reading
    return {
        "experiment": run.experiment,
        "run": str(run.path),
        "settings": config["settings"],
        "seed": session.seed,
        "result": result,
        "best": finished.best,
        "headline": reading.headline,
        "higher_is_better": list(reading.higher_is_better),
        "published": beside_stated(config["published"], result, reading, is_limited),
        "goals": beside_stated(config.get("goals", []), result, reading, is_limited),
        "seconds": round(seconds, 3),
        "device": config["device"],
        "engine": session.engine,
        "limited": is_limited,
        "limits": limits_in(config),
    }


def float32_layers(work: Work, session: Session) -> list[str]:
    """The kinds of layers that stay in float32 although the precision is bf16, which this machine lacks for them."""
    device_type = session.torch_device().type
    if session.precision != "bf16" or session.engine == "scratch" or all(bfloat16.by_layer(device_type).values()):
        return []
    with torch.random.fork_rng():
        experiment = work.typical_fit()
    return [] if experiment is None else bfloat16.lacking(experiment.model, device_type)


def num_parameters(work: Work) -> int | None:
    """Of the model that is trained; None for work that is not one fit, or layers that wait for their first input."""
    if not isinstance(work, Experiment) or any(map(is_lazy, work.model.parameters())):
        return None
    return sum(parameter.numel() for parameter in work.model.parameters())


def stated_of(work: Work, session: Session) -> dict[str, list[dict[str, Any]]]:
    """What others published; and, apart from it, what this project aims at and what has to hold."""
    stated = [each.plain() for each in work.stated] if is_as_stated(work, session) else []
    return {
        "published": [each for each in stated if each["kind"] == "published"],
        "goals": [each for each in stated if each["kind"] != "published"],
    }


def is_as_stated(work: Work, session: Session) -> bool:
    """Whether the settings are those that the figures belong to: fewer epochs show how far
    one is, anything else changed is another experiment."""
    if session.start_from is not None:
        return False
    if work.declared is None:
        return True
    settings, defaults = work.declared.settings, work.declared.defaults
    return all(settings[name] == defaults[name] for name in defaults if name != "epochs")
