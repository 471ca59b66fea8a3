"""LeNets that come trained: the eyes by which what a network has drawn is judged, the same for every network.

Their weights lie in `trained/`, in half precision, a file for each data set. `python -m
dongshou.experiments.generative_models._classifiers` makes them again.
"""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path

import torch
from safetensors import safe_open
from torch import Tensor, nn

from dongshou.errors import UsageError, did_you_mean
from dongshou.models.lenet import lenet

DIRECTORY = Path(__file__).parent / "trained"
CHANNELS = {"digits": 1, "mnist": 1, "fashion-mnist": 1, "cifar10": 3}  # of the pictures that each has learnt from
SIZE = 28  # pixels
NUM_FEATURES = 84
MEAN, STD = 0.2860, 0.3530  # of the pixels, as `lenet:modern` standardises them


class TrainedLeNet(nn.Module):
    """`lenet:modern` as it was after training on one data set; it is not trained further.

    Pictures (batch, channels, height, width) have values 0..1, any size, in grey or in colour.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self.channels = CHANNELS[name]
        network = lenet(self.channels, activation="relu", pooling="max")
        network.load_state_dict({key: value.float() for key, value in read(name).items()})
        self.body, self.head = network[:-1], network[-1]
        self.eval().requires_grad_(False)

    @torch.no_grad()
    def features(self, images: Tensor) -> Tensor:
        """What the last hidden layer says of each picture, (batch, 84)."""
        with torch.autocast(images.device.type, enabled=False):  # the same eyes in every precision
            return self.body(self.as_learnt(images.float()))

    @torch.no_grad()
    def forward(self, images: Tensor) -> Tensor:
        """The logits (batch, 10)."""
        return self.head(self.features(images))

    def as_learnt(self, images: Tensor) -> Tensor:
        """Pictures of the size, the channels and the scale that it has learnt from."""
        if images.shape[1] != self.channels:
            images = images.mean(1, keepdim=True).expand(-1, self.channels, -1, -1)
        if images.shape[-2:] != (SIZE, SIZE):
            images = nn.functional.interpolate(images, size=(SIZE, SIZE), mode="bilinear", antialias=True)
        return (images - MEAN) / STD


@cache
def trained_lenet(name: str) -> TrainedLeNet:
    """The one for pictures of that data set. Raises UsageError where there is none."""
    if name not in CHANNELS:
        known = ", ".join(CHANNELS)
        raise UsageError(f"No LeNet comes trained on {name}; there are {known}.{did_you_mean(name, CHANNELS)}")
    return TrainedLeNet(name)


def file_of(name: str) -> Path:
    return DIRECTORY / f"lenet-{name}.safetensors"


def read(name: str) -> dict[str, Tensor]:
    with safe_open(file_of(name), framework="pt") as file:
        return {key: file.get_tensor(key) for key in file.keys()}


def fingerprint(name: str) -> dict[str, str]:
    """The SHA-256 of its weights by the name of their file, for the record of a run that is judged by it."""
    path = file_of(name)
    return {path.name: sha256(path.read_bytes()).hexdigest()}
