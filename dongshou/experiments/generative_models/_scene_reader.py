"""Who reads captioned scenes: ink that no empty column divides is one digit, read by a classifier of our own."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.optim import Adam

from dongshou.data.images.captions.grammar import Caption
from dongshou.data.images.captions.load import HEIGHT, captioned_scenes

INK = 0.4  # of the brightest value: what counts as ink
LEAST = 4  # pixels of ink: less is a speck
LARGE_FROM = 9.5  # pixels of the longer side: more is large, less is small
EPOCHS, LEAST_STEPS = 10, 60  # of its training
BATCH_SIZE = 64
AT_ONCE = 1000  # pictures that are read


class Seen(NamedTuple):
    """A digit on a picture, and the longer side of its ink in pixels."""

    digit: int
    side: int


class SceneReader:
    """Reads pictures (batch, 1, height, width) of values 0..1: on each its digits from left to right."""

    def __init__(self, classifier: Reader) -> None:
        self.classifier = classifier

    def read(self, pictures: Tensor) -> list[list[Seen]]:
        found = [cut_out(picture[0].cpu()) for picture in pictures]
        crops = [crop for on_one in found for crop, _ in on_one]
        digits = iter(self.classifier.read(torch.stack(crops)).tolist() if crops else [])
        return [[Seen(next(digits), side) for _, side in on_one] for on_one in found]


def shows(caption: Caption, seen: list[Seen]) -> bool:
    """Whether there are the digits that a caption names, no others, in their order and sizes."""
    if [thing.digit for thing in caption.things] != [one.digit for one in seen]:
        return False
    return all(
        thing.size is None or (one.side > LARGE_FROM) == (thing.size == "large")
        for thing, one in zip(caption.things, seen, strict=True)
    )


def cut_out(picture: Tensor) -> list[tuple[Tensor, int]]:
    """Each digit on a picture (height, width), in the middle of (1, 12, 12), with the longer side of its ink."""
    is_ink = picture > INK
    columns = is_ink.any(0).long()
    edges = torch.diff(F.pad(columns, (1, 1)))  # 1 where ink begins, -1 where it ends
    begins, ends = ((edges == sign).nonzero()[:, 0].tolist() for sign in (1, -1))
    found = []
    for left, right in zip(begins, ends, strict=True):
        rows = is_ink[:, left:right].any(1).nonzero()[:, 0]
        top, bottom = int(rows[0]), int(rows[-1]) + 1
        if int(is_ink[top:bottom, left:right].sum()) >= LEAST:
            found.append((in_the_middle(picture[top:bottom, left:right]), max(bottom - top, right - left)))
    return found


def in_the_middle(ink: Tensor) -> Tensor:
    """(height, width) -> (1, 12, 12), black around; what is wider is scaled down."""
    height, width = ink.shape
    if width > HEIGHT:
        ink = F.interpolate(ink[None, None], (height, HEIGHT), mode="bilinear", align_corners=False)[0, 0]
        width = HEIGHT
    left, top = (HEIGHT - width) // 2, (HEIGHT - height) // 2
    return F.pad(ink, (left, HEIGHT - width - left, top, HEIGHT - height - top))[None]


def trained_scene_reader(num_examples: int) -> SceneReader:
    """One whose classifier has learnt from the digits of the training scenes; torch's random state stays."""
    pixels, _, captions = captioned_scenes("train", num_examples)
    crops, labels = [], []
    for picture, caption in zip(pixels, captions, strict=True):
        found = cut_out(picture[0] / 255)
        if len(found) == len(caption.things):  # handwriting with a gap looks like two digits
            crops += [crop for crop, _ in found]
            labels += [thing.digit for thing in caption.things]
    images, classes = torch.stack(crops), torch.tensor(labels)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        classifier = Reader((1, HEIGHT, HEIGHT), 10)
        optimizer = Adam(classifier.parameters(), lr=2e-3)
        for _ in range(max(LEAST_STEPS, EPOCHS * len(images) // BATCH_SIZE)):
            rows = torch.randint(len(images), (BATCH_SIZE,))
            loss = F.cross_entropy(classifier(images[rows]), classes[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return SceneReader(classifier.eval())


class Reader(nn.Module):
    """Two convolutions and a hidden layer. Pictures of values 0..1, (batch, channels, height, width) -> logits."""

    def __init__(self, shape: tuple[int, ...], num_classes: int, num_features: int = 64) -> None:
        super().__init__()
        channels, height, width = shape
        self.features = nn.Sequential(
            nn.Conv2d(channels, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2, ceil_mode=True),
            nn.Flatten(),
            nn.Linear(64 * -(-(height // 2) // 2) * -(-(width // 2) // 2), num_features), nn.ReLU(),
        )  # fmt: skip
        self.head = nn.Sequential(nn.Dropout(0.3), nn.Linear(num_features, num_classes))

    def forward(self, images: Tensor) -> Tensor:
        return self.head(self.features(images))

    @torch.no_grad()
    def read(self, images: Tensor) -> Tensor:
        """The class of each picture, (pictures,)."""
        return self.head(self.seen(images)).argmax(1)

    @torch.no_grad()
    def seen(self, images: Tensor) -> Tensor:
        """What it sees of each, (pictures, num_features)."""
        return torch.cat([self.features(some) for some in images.split(AT_ONCE)])
