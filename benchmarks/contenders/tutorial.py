"""The loop of many a tutorial: a picture at a time is opened, made a tensor, and stacked by a DataLoader."""

from __future__ import annotations

from typing import Literal

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader, Dataset

from benchmarks.work import Device, EpochDone, Work


class Pictures(Dataset):
    """uint8 images in memory; each is turned into a picture and then a float tensor when it is asked for."""

    def __init__(self, work: Work, split: Literal["train", "test"]) -> None:
        pixels, labels = work.pixels(split)
        self.pixels = pixels.movedim(1, 3).squeeze(3).numpy()  # (n, height, width) or (n, height, width, 3)
        self.labels = labels.tolist()

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        return to_tensor(Image.fromarray(self.pixels[index])), self.labels[index]


def to_tensor(picture: Image.Image) -> Tensor:
    """A grey or coloured picture as floats in [0, 1], (channels, height, width)."""
    return torch.from_numpy(np.atleast_3d(np.array(picture))).movedim(2, 0).float().div(255)


def train(work: Work, epoch_done: EpochDone) -> None:
    batches = DataLoader(Pictures(work, "train"), work.batch_size, shuffle=True)
    test = DataLoader(Pictures(work, "test"), work.evaluation_batch)
    model = work.model()
    optimizer = torch.optim.SGD(model.parameters(), lr=work.lr)
    while True:
        for inputs, labels in batches:
            loss = cross_entropy(model(inputs.to(work.device)), labels.to(work.device))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        epoch_done(accuracy(model, test, work.device))


@torch.no_grad()
def accuracy(model: nn.Module, batches: DataLoader, device: Device) -> float:
    model.eval()
    hits = [model(inputs.to(device)).argmax(1).cpu() == labels for inputs, labels in batches]
    model.train()
    return torch.cat(hits).float().mean().item()
