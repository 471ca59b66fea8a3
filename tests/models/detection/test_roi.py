"""Regions of interest, equal to plain loops over single places as torchvision documents its own."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from dongshou.models.detection.roi import roi_align, roi_pool


def random_features(seed: int = 0) -> tuple[Tensor, Tensor]:
    """Features (2, 3, 7, 9) and boxes (2, 5, 4) of a picture of 72x56, some of which reach beyond it."""
    generator = torch.Generator().manual_seed(seed)
    features = torch.randn(2, 3, 7, 9, generator=generator, dtype=torch.float64)
    first = torch.rand(2, 5, 2, generator=generator, dtype=torch.float64) * torch.tensor([60, 45]) - 8
    sides = torch.rand(2, 5, 2, generator=generator, dtype=torch.float64) * 40 + 3
    return features, torch.cat([first, first + sides], -1)


def interpolated(plane: Tensor, y: float, x: float) -> float:
    """Between four places; 0 more than a place outside, at the edge nearer than that."""
    height, width = plane.shape
    if y < -1 or y > height or x < -1 or x > width:
        return 0.0
    y, x = min(max(y, 0.0), height - 1), min(max(x, 0.0), width - 1)
    top, left = int(y), int(x)
    bottom, right = min(top + 1, height - 1), min(left + 1, width - 1)
    down, along = y - top, x - left
    above = (1 - along) * plane[top, left].item() + along * plane[top, right].item()
    below = (1 - along) * plane[bottom, left].item() + along * plane[bottom, right].item()
    return (1 - down) * above + down * below


@pytest.mark.parametrize("size, samples", [(2, 2), (3, 1)])
def test_roi_align_is_that_of_plain_loops(size: int, samples: int):
    features, boxes = random_features()
    pieces = roi_align(features, boxes, size, 1 / 8, samples)
    assert pieces.shape == (2, 5, 3, size, size)
    for image in range(2):
        for region in range(5):
            left, top, right, bottom = (edge / 8 - 0.5 for edge in boxes[image, region].tolist())
            high, wide = (bottom - top) / size, (right - left) / size
            for channel in range(3):
                for row in range(size):
                    for column in range(size):
                        values = [
                            interpolated(
                                features[image, channel],
                                top + (row + (down + 0.5) / samples) * high,
                                left + (column + (along + 0.5) / samples) * wide,
                            )
                            for down in range(samples)
                            for along in range(samples)
                        ]
                        ours = pieces[image, region, channel, row, column].item()
                        assert ours == pytest.approx(sum(values) / samples**2, abs=1e-12)


def test_roi_pool_is_that_of_plain_loops():
    features, boxes = random_features(1)
    size, scale = 3, 1 / 8
    pieces = roi_pool(features, boxes, size, scale)
    for image in range(2):
        for region in range(5):
            left, top, right, bottom = (math.floor(edge * scale + 0.5) for edge in boxes[image, region].tolist())
            high, wide = max(bottom - top + 1, 1) / size, max(right - left + 1, 1) / size
            for row in range(size):
                for column in range(size):
                    rows = range(max(top + math.floor(row * high), 0), min(top + math.ceil((row + 1) * high), 7))
                    columns = range(
                        max(left + math.floor(column * wide), 0), min(left + math.ceil((column + 1) * wide), 9)
                    )
                    for channel in range(3):
                        values = [features[image, channel, y, x].item() for y in rows for x in columns]
                        assert pieces[image, region, channel, row, column].item() == max(values, default=0.0)


def test_the_example_of_the_course():
    """d2l, section 14.8.2: a picture of 40x40, a feature map of 4x4 with the numbers 0 to 15."""
    features = torch.arange(16.0).reshape(1, 1, 4, 4)
    boxes = torch.tensor([[[0.0, 0, 20, 20], [0, 10, 30, 30]]])
    pieces = roi_pool(features, boxes, 2, 0.1)
    assert pieces[0, :, 0].tolist() == [[[5, 6], [9, 10]], [[9, 11], [13, 15]]]


def test_the_whole_of_a_linear_map_is_the_mean_of_its_cells():
    """Interpolation is exact where values grow evenly; gradients reach the features and no box is rounded."""
    y, x = torch.meshgrid(torch.arange(8.0), torch.arange(8.0), indexing="ij")
    features = (2 * y + 3 * x).reshape(1, 1, 8, 8).requires_grad_()
    box = torch.tensor([[[10.0, 14, 42, 38]]])  # in steps of 8 pixels
    piece = roi_align(features, box, 2, 1 / 8)
    centers_y, centers_x = torch.tensor([14 + 6.0, 14 + 18]) / 8 - 0.5, torch.tensor([10 + 8.0, 10 + 24]) / 8 - 0.5
    torch.testing.assert_close(piece[0, 0, 0], 2 * centers_y[:, None] + 3 * centers_x)
    piece.sum().backward()
    assert features.grad is not None and features.grad.sum() == pytest.approx(4)
    assert not torch.equal(piece, roi_align(features, box + 1, 2, 1 / 8))
