"""Mixup and CutMix: two images in one, and labels with the right weights."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn.functional import one_hot

from dongshou.data.augment import CutMix, Mixup
from dongshou.data.augment.chance import beta, dirichlet
from dongshou.errors import UsageError

CLASSES = 7


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def labeled(num_images: int, height: int, width: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Every image all of one level of its own, which tells what became of it."""
    levels = torch.arange(num_images, dtype=torch.uint8)
    return levels.view(-1, 1, 1, 1).expand(-1, 3, height, width), torch.arange(num_images) % CLASSES


sizes = st.tuples(st.integers(1, 12), st.integers(1, 9), st.integers(1, 9))


@settings(max_examples=40, deadline=None)
@given(sizes, st.floats(0.05, 5.0), st.integers(0, 2**31), st.sampled_from([Mixup, CutMix]))
def test_weights_sum_to_one_and_belong_to_two_classes(size, alpha: float, seed: int, mix):
    images, labels = labeled(*size)
    mixed, shares = mix(CLASSES, alpha)(images, labels, seeded(seed))
    assert mixed.shape == images.shape and shares.shape == (len(labels), CLASSES)
    assert mixed.dtype == (torch.float32 if mix is Mixup else torch.uint8)
    torch.testing.assert_close(shares.sum(1), torch.ones(len(labels)))
    assert (shares >= 0).all() and ((shares > 0).sum(1) <= 2).all()
    assert mixed.float().max() <= images.max() + 1e-4 and mixed.float().min() >= 0


@settings(max_examples=40, deadline=None)
@given(sizes, st.integers(0, 2**31))
def test_cutmix_labels_are_shares_of_the_pixels(size, seed: int):
    images, labels = labeled(*size)
    mixed, shares = CutMix(CLASSES)(images, labels, seeded(seed))
    classes_of_pixels = one_hot((mixed[:, 0] % CLASSES).long(), CLASSES).float()  # the level tells the class
    torch.testing.assert_close(shares, classes_of_pixels.mean((1, 2)))


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 12), st.integers(0, 2**31))
def test_mixup_images_and_labels_have_the_same_weights(num_images: int, seed: int):
    images, _ = labeled(num_images, 2, 3)
    mixed, shares = Mixup(num_images)(images, torch.arange(num_images), seeded(seed))
    levels = shares @ torch.arange(float(num_images))  # each image weighted by the share of its label
    torch.testing.assert_close(mixed, levels.view(-1, 1, 1, 1).expand_as(mixed))


def test_what_is_pasted_lies_where_it_lay():
    images = torch.randint(256, (8, 1, 16, 16), dtype=torch.uint8)
    mixed, shares = CutMix(8)(images, torch.arange(8), seeded(2))
    for image, own, share in zip(mixed, images, shares, strict=True):
        from_others = images[(share > 0).nonzero()[:, 0]]
        assert ((image == from_others) | (image == own)).any(0).all()


def test_labels_that_are_shares_already_are_mixed_again():
    images, labels = labeled(6, 4, 4)
    mixed, shares = Mixup(CLASSES)(images, labels, seeded())
    _, twice = CutMix(CLASSES)(mixed, shares, seeded(1))
    torch.testing.assert_close(twice.sum(1), torch.ones(6))
    assert ((twice > 0).sum(1) > 2).any()


@pytest.mark.parametrize("alpha", [0.2, 1.0, 3.0])
def test_shares_have_the_moments_of_their_beta_distribution(alpha: float):
    shares = beta(seeded(), 20_000, alpha)
    assert float(shares.mean()) == pytest.approx(0.5, abs=0.01)
    assert float(shares.var()) == pytest.approx(1 / (4 * (2 * alpha + 1)), rel=0.03)


def test_dirichlet_weights_sum_to_one_and_their_seed_decides_them():
    weights = dirichlet(seeded(5), 50, 1.0, 3)
    torch.testing.assert_close(weights.sum(1), torch.ones(50))
    assert torch.equal(weights, dirichlet(seeded(5), 50, 1.0, 3))
    assert not torch.equal(weights, dirichlet(seeded(6), 50, 1.0, 3))


WRONG_LABELS = [
    (torch.tensor([0, 3]), r"below num_classes=3; got 3"),
    (torch.tensor([-1, 0]), r"below num_classes=3"),
    (torch.tensor([0.0, 1.0]), r"class indices \(batch,\); got torch.float32"),
    (torch.ones(2, 4), r"class indices \(batch,\); got torch.float32 of shape \(2, 4\)"),
]


@pytest.mark.parametrize(("labels", "message"), WRONG_LABELS, ids=[message for _, message in WRONG_LABELS])
def test_labels_that_are_no_classes(labels: torch.Tensor, message: str):
    with pytest.raises(UsageError, match=message):
        Mixup(3)(torch.zeros(2, 1, 2, 2), labels, seeded())


@pytest.mark.parametrize("mix", [Mixup, CutMix])
def test_alpha_has_to_be_positive(mix):
    with pytest.raises(UsageError, match="alpha must be above 0; got 0"):
        mix(3, alpha=0)
