"""By what it is judged what a network has made: which accumulators take it in, beside examples of the same number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

import torch
from torch import Tensor

from dongshou.models.trained_lenet import trained_lenet
from dongshou.tasks.generative.frechet import Frechet, Moments
from dongshou.tasks.generative.variety import Seen, Variety
from dongshou.tasks.quantity import Accumulator, Quantity

NUM_CLASSES = 10  # that each trained LeNet tells apart


class Judge(Protocol):
    """An interface.

    headline  the quantity that chooses the best epoch
    """

    headline: str

    def accumulators(self) -> dict[str, Accumulator]:
        """New ones for an evaluation."""
        ...

    def measure(self, real: Tensor, made: Tensor, labels: Tensor | None) -> Mapping[str, Any]:
        """What each accumulator is updated with, by its name.

        labels  (batch,) the classes of the real examples, which were asked of those made; None where there are none
        """
        ...


class PointJudge:
    """Points (batch, d): the Fréchet distance of the points themselves."""

    headline = "frechet_distance"

    def accumulators(self) -> dict[str, Accumulator]:
        return {"frechet_distance": Frechet()}

    def measure(self, real: Tensor, made: Tensor, labels: Tensor | None) -> Mapping[str, Any]:
        return {"frechet_distance": (real, made)}


class PictureJudge:
    """Pictures (batch, channels, height, width): what a LeNet sees that has learnt to read pictures of that data set.

    frechet_lenet  the Fréchet distance between its features of real pictures and of those made
    diversity, class_diversity  see `Variety`
    read_accuracy  of pictures of given classes: the share that it reads as what was asked for

    eyes    the data set that the LeNet has learnt from, see `trained_lenet`
    lowest  the value of black, where white is 1: -1 behind a tanh, 0 behind a sigmoid
    """

    headline = "frechet_lenet"

    def __init__(self, eyes: str, lowest: float = -1.0) -> None:
        trained_lenet(eyes)  # raises for a name that there is none of
        self.eyes = eyes
        self.lowest = lowest

    def accumulators(self) -> dict[str, Accumulator]:
        return {"frechet_lenet": Frechet(), "variety": Variety(NUM_CLASSES)}

    def measure(self, real: Tensor, made: Tensor, labels: Tensor | None) -> Mapping[str, Any]:
        of_real, of_made = self.see(real), self.see(made)
        measured: dict[str, Any] = {
            "frechet_lenet": (of_real.features, of_made.features),
            "variety": (of_real, of_made),
        }
        if labels is not None:
            is_read = of_made.classes == labels
            measured["read_accuracy"] = Quantity(is_read.sum(), len(labels), higher_is_better=True)
        return measured

    def see(self, images: Tensor) -> Seen:
        lenet = trained_lenet(self.eyes).to(images.device)
        features = lenet.features((images - self.lowest) / (1 - self.lowest))
        return Seen(features, lenet.head(features).argmax(1))

    def ends(self, train: Iterable[Any], test: Iterable[Any]) -> dict[str, float]:
        """Between what the distance of a generator lies: `frechet_of_train`, as far as the training set is from the
        test set, and `frechet_of_noise`, pictures of which each pixel is drawn by itself."""
        moments = {name: Moments() for name in ("train", "test", "noise")}
        for images, *_ in train:
            moments["train"].add(self.see(images).features)
        for images, *_ in test:
            moments["test"].add(self.see(images).features)
            noise = torch.rand_like(images) * (1 - self.lowest) + self.lowest
            moments["noise"].add(self.see(noise).features)
        return {f"frechet_of_{name}": moments[name].distance(moments["test"]) for name in ("train", "noise")}
