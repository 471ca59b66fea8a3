"""Ours as everybody runs it: record, metrics, progress and a checkpoint each epoch are on."""

from __future__ import annotations

import tempfile
from typing import Any

from benchmarks.work import MANY_EPOCHS, EpochDone, Work
from dongshou import experiments
from dongshou.training import Evaluated, Event, Saved


def train(work: Work, epoch_done: EpochDone, **options: Any) -> None:
    """`options` are those of `dongshou run`: engine, precision, compile."""
    experiment = experiments.mlp(
        data=work.data,
        hidden=(work.num_hidden,),
        batch_size=work.batch_size,
        lr=work.lr,
        std=work.std,
        epochs=MANY_EPOCHS,
    )
    accuracy = 0.0

    def watch(event: Event) -> None:
        nonlocal accuracy
        match event:
            case Evaluated():
                accuracy = event.metrics["test_accuracy"]
            case Saved():
                epoch_done(accuracy)

    with tempfile.TemporaryDirectory(prefix="dongshou-bench-") as runs:
        experiment.run(runs=runs, limit=work.limit, device="cpu", progress=True, watch=[watch], **options)
