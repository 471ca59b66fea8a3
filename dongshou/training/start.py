"""Starting from what another run has learnt: the whole of its model, or a part such as the backbone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, TypeVar

from torch import nn

from dongshou.errors import DongshouError, UsageError, did_you_mean
from dongshou.models.weights import read_weights
from dongshou.training.checkpoint import MODEL, read_checkpoint

AnyModule = TypeVar("AnyModule", bound=nn.Module)
METRICS = "metrics.jsonl"


def start_from(model: AnyModule, source: str | Path, part: str = "") -> AnyModule:
    """Give a model the weights that another one has learnt, or give them to a part of it; the model.

    source  the directory of a run, whose best checkpoint is taken, a checkpoint, or a file of weights
    part    the name of a module that both have, such as "backbone" or "encoder"; empty for the whole

    Raises UsageError where there is no such source or part, DongshouError where the weights do not fit.
    """
    try:
        target = model.get_submodule(part)
    except AttributeError:
        parts = [name for name, _ in model.named_children()]
        near = did_you_mean(part, parts)
        raise UsageError(f"The model has no part called {part}.{near} It has {', '.join(parts)}.") from None
    weights = learnt_by(source, part)
    try:
        target.load_state_dict(weights)
    except RuntimeError as error:
        what = " ".join(str(error).split())
        raise DongshouError(f"What {source} has learnt does not fit {part or 'the model'}: {what}") from error
    return model


def learnt_by(source: str | Path, part: str = "") -> dict[str, Any]:
    """The weights in a run, a checkpoint or a file, those of a part by their names within it."""
    weights = weights_in(Path(source))
    if not part:
        return weights
    chosen = {key.removeprefix(f"{part}."): value for key, value in weights.items() if key.startswith(f"{part}.")}
    if not chosen:
        parts = sorted({key.partition(".")[0] for key in weights})
        raise UsageError(
            f"{source} has learnt no part called {part}.{did_you_mean(part, parts)} It has {', '.join(parts)}."
        )
    return chosen


def weights_in(source: Path) -> dict[str, Any]:
    """All weights: of the best checkpoint of a run, of a checkpoint, of a file."""
    if (source / METRICS).is_file():
        path, sha256 = best_checkpoint(source)
        return read_checkpoint(path, sha256)[0]
    if (source / MODEL).is_file():
        return read_checkpoint(source)[0]
    if source.is_dir() or not source.exists():
        raise UsageError(
            f"{source} is not a run, checkpoint or file of weights to start from; `dongshou runs` lists runs."
        )
    return dict(read_weights(source))


def best_checkpoint(run: Path) -> tuple[Path, str]:
    """The best checkpoint that a run has kept, and its digest."""
    lines = [json.loads(line) for line in (run / METRICS).read_bytes().splitlines() if b'"checkpoint"' in line]
    kept = [line for line in lines if (run / line["path"]).is_dir()]
    best = [line for line in kept if line["best"]] or kept
    if not best:
        raise DongshouError(
            f"{run} has no checkpoint to start from: it was stopped in its first epoch, or fits nothing."
        )
    return run / best[-1]["path"], best[-1]["sha256"]
