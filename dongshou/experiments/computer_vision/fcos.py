"""FCOS: detection without anchors, a box from every point within it (Tian et al., 2019)."""

from __future__ import annotations

from dongshou import models
from dongshou.experiments._shared.settings import BatchSize, Epochs, ImageSize, LearningRate, WeightDecay
from dongshou.experiments.computer_vision._detection import (
    SCENES,
    BoxedPictures,
    NumScenes,
    boxed_pictures,
    detector,
    shifted,
)
from dongshou.tasks.detection.anchor_free import AnchorFree
from dongshou.training import Experiment, Goal, Reported


@Goal("digits found and read", test_map50=Reported(0.90))
def experiment(
    data: BoxedPictures = SCENES,
    size: ImageSize = 96,
    batch_size: BatchSize = 32,
    lr: LearningRate = 2e-3,
    weight_decay: WeightDecay = 0.01,
    epochs: Epochs = 12,
    num_scenes: NumScenes = 4000,
) -> Experiment:
    """A small residual network with a pyramid of grids finds handwritten digits on photographs.

    Each point says what it lies in, how far the edges are and how near the middle it is; nothing is matched by IoU.
    """
    pictures = boxed_pictures(data, batch_size, size, num_scenes, shifted(size))
    model = models.small_fcos(len(pictures.classes))
    return detector(pictures, model, AnchorFree(), lr, weight_decay, epochs)
