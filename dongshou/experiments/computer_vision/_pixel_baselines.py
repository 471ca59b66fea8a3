"""What a segmentation has to beat: the class that most pixels have, and the class that most pixels of a colour have."""

from __future__ import annotations

from collections.abc import Iterator

import torch

from dongshou.data import Splits
from dongshou.data.targets import Mask
from dongshou.experiments.computer_vision._pictures import IMAGENET_PIXELS
from dongshou.models.color_table import ColorTable
from dongshou.tasks import Segmentation
from dongshou.training import Event, Experiment, Finished
from dongshou.training.totals import Totals

LEVELS = {"majority": 1, "color": 16}  # of each channel


def beside_baselines(trained: Experiment, finished: Finished) -> Iterator[Event]:
    """The end of an experiment that measures both: majority_miou, color_miou, and what the network has above that."""
    found = {f"{name}_miou": baseline_miou(trained.data, num_levels) for name, num_levels in LEVELS.items()}
    gained = {"gained_miou": finished.metrics["test_miou"] - found["color_miou"]}
    yield Finished(finished.metrics | found | gained, finished.best, finished.reading)


@torch.no_grad()
def baseline_miou(data: Splits, num_levels: int) -> float:
    """Of the test, by colours counted in the training pictures as they are augmented."""
    mean, std = (torch.tensor(values) for values in IMAGENET_PIXELS)
    table = ColorTable(len(data.classes), num_levels, -mean / std, (1 - mean) / std)
    task, totals, test = Segmentation(), Totals(), data.test()
    assert test is not None, "a test to compare on"
    for images, mask in data.train():
        assert isinstance(mask, Mask)
        table = table.to(images.device)
        table.count(images, task.known(mask))
    for batch in test:
        totals.add(task.measure(table, batch))
    return totals.metrics()["miou"]
