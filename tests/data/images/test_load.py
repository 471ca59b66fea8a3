"""Labelled images as floats, scaled and standardised."""

from __future__ import annotations

import pytest
import torch

from dongshou.data import load_images
from dongshou.data.images.load import read_images
from dongshou.data.images.pixels import ToFloat, evaluation_batch, scaled
from dongshou.errors import UsageError


def test_digits_come_as_floats_between_0_and_1():
    images = load_images("digits", batch_size=100, size=8)
    assert (images.shape, len(images.classes), images.name) == ((1, 8, 8), 10, "digits")
    inputs, labels = next(iter(images.train()))
    assert (inputs.shape, inputs.dtype, labels.dtype) == ((100, 1, 8, 8), torch.float32, torch.int64)
    assert inputs.min() == 0 and inputs.max() == 1
    assert images.train().num_examples == 1437
    test = images.test()
    assert test is not None and test.num_examples == 360


def test_scaling_is_bilinear_and_stays_uint8():
    pixels = torch.randint(0, 256, (5, 1, 8, 8), dtype=torch.uint8)
    assert scaled(pixels, 8) is pixels
    larger = scaled(pixels, 16)
    assert (larger.shape, larger.dtype) == ((5, 1, 16, 16), torch.uint8)
    flat = torch.full((1, 1, 8, 8), 200, dtype=torch.uint8)
    assert scaled(flat, 28).unique().tolist() == [200]


def test_images_too_large_to_be_kept_are_scaled_batch_by_batch(monkeypatch: pytest.MonkeyPatch):
    def first_batches() -> list[torch.Tensor]:
        read_images.cache_clear()
        splits = load_images("digits", batch_size=100, size=24)
        return [next(iter(splits.train()))[0], next(iter(splits.test() or ()))[0]]

    torch.manual_seed(0)
    kept = first_batches()
    monkeypatch.setattr("dongshou.data.images.load.KEPT_PIXELS", 1000)
    torch.manual_seed(0)
    scaled_late = first_batches()
    assert read_images("digits", "train", 24)[0].shape[-1] == 8
    read_images.cache_clear()
    assert all(torch.equal(*pair) for pair in zip(kept, scaled_late, strict=True))


@pytest.mark.parametrize("kind", [torch.uint8, torch.float32])
def test_standardizing_leaves_the_pixels_themselves_alone(kind: torch.dtype):
    pixels = torch.tensor([[0, 51, 255]], dtype=kind)
    before = pixels.clone()
    mean_0 = ToFloat((0.2, 0.5))(pixels)
    assert torch.allclose(mean_0, torch.tensor([[-0.4, 0.0, 1.6]]), atol=1e-6)
    assert torch.equal(pixels, before)
    assert torch.allclose(ToFloat()(pixels), torch.tensor([[0.0, 0.2, 1.0]]))


def test_normalized_digits_have_mean_0_and_deviation_1():
    raw = load_images("digits", batch_size=1437, size=8).train()
    pixels = next(iter(raw))[0]
    mean, std = float(pixels.mean()), float(pixels.std())
    inputs = next(iter(load_images("digits", 1437, size=8, normalize=(mean, std)).train()))[0]
    assert abs(float(inputs.mean())) < 1e-4 and abs(float(inputs.std()) - 1) < 1e-4


def test_the_seed_decides_the_order_of_the_training_images():
    def first_labels(seed: int) -> list[int]:
        torch.manual_seed(seed)
        return next(iter(load_images("digits", batch_size=20, size=8).train()))[1].tolist()

    assert first_labels(1) == first_labels(1) != first_labels(2)


def test_an_unknown_name():
    with pytest.raises(UsageError, match="No image set is called .*Did you mean digits"):
        load_images("digit")


@pytest.mark.parametrize("size", [0, -3])
def test_a_size_that_is_none(size: int):
    with pytest.raises(UsageError, match=rf"^size is the side of the images in pixels, at least 1; got size={size}\.$"):
        load_images("digits", size=size)


@pytest.mark.parametrize("batch_size", [0, -3])
def test_a_batch_of_no_images(batch_size: int):
    with pytest.raises(UsageError, match=f"between 1 and the number of examples, 1437; got {batch_size}"):
        load_images("digits", batch_size).train()


def test_the_real_fashion_mnist(real_data):
    real_data("fashion-mnist")
    images = load_images("fashion-mnist")
    assert images.train().num_examples == 60_000
    assert next(iter(images.train()))[0].shape == (256, 1, 28, 28)


def test_large_images_are_measured_a_few_at_a_time():
    assert [evaluation_batch(size, 10_000) for size in (8, 28, 32, 224, 10_000)] == [2000, 2000, 2000, 127, 1]
    assert evaluation_batch(28, 360) == 360
