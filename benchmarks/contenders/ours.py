"""Ours as everybody runs it: record, metrics, progress and a checkpoint each epoch are on."""

from __future__ import annotations

import tempfile
from typing import Any

from torch.optim import SGD

from benchmarks.work import EpochDone, Work
from dongshou.data import load_images
from dongshou.tasks import Classification
from dongshou.training import Evaluated, Event, Experiment, Saved


def train(work: Work, epoch_done: EpochDone, **options: Any) -> None:
    """`options` are those of `dongshou run`: engine, precision, compile, fast."""
    model = work.model()
    experiment = Experiment(
        data=load_images(work.data, work.batch_size),
        model=model,
        task=Classification(),
        optimizer=SGD(model.parameters(), lr=work.lr),
        epochs=work.epochs,
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
        experiment.run(runs=runs, limit=work.limit, device=work.device, progress=True, watch=[watch], **options)
