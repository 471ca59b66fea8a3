"""Faster R-CNN: proposals first, then what they are (Ren et al., 2015)."""

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
from dongshou.models.detection import AnchorScales
from dongshou.tasks.detection.two_stage import TwoStage
from dongshou.training import Experiment, Goal, Reported

SECTIONS = {"zh": "13.8", "en": "14.8"}

ANY_SCALES = AnchorScales(((0.1, 0.18, 0.32, 0.56),), ((1.0, 1.8, 0.55),))


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
    """A region-proposal network and a classifier of regions share a small residual network and learn together.

    RoI align cuts a piece of the feature map out under each proposal; in training also under each true box.
    """
    pictures = boxed_pictures(data, batch_size, size, num_scenes, shifted(size))
    model = models.small_faster_rcnn(len(pictures.classes), scales=None if data == SCENES else ANY_SCALES)
    return detector(pictures, model, TwoStage(), lr, weight_decay, epochs)
