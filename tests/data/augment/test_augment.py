"""Augmentation of batches: properties of all steps, the seed that decides them, runs that go on with the same bits."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.optim import SGD

from dongshou.data import Batches, Splits
from dongshou.data.augment import (
    Augment,
    AugMix,
    AutoAugment,
    ColorJitter,
    CutMix,
    Cutout,
    Mixup,
    Normalize,
    RandAugment,
    RandomCrop,
    RandomErasing,
    RandomHorizontalFlip,
    RandomResizedCrop,
    RandomVerticalFlip,
    augmix,
    grid,
)
from dongshou.data.augment.autoaugment import CIFAR10_POLICY
from dongshou.data.augment.chance import beta, dirichlet
from dongshou.data.images.pixels import ToFloat
from dongshou.errors import UsageError
from dongshou.runs import execute
from dongshou.tasks import Classification
from dongshou.training import Experiment, Work
from tests.data.augment.pillow import random_images
from tests.runs.same_run import assert_same
from tests.runs.test_resume import interrupted
from tests.training import toys

KEEP_DTYPE = (
    RandomCrop(padding=2),
    RandomHorizontalFlip(),
    RandomVerticalFlip(),
    RandomErasing(),
    RandomErasing(value=3),
    Cutout(3),
    AutoAugment(),
    RandAugment(3, 20),
    CutMix(3),
)
GIVE_FLOAT = (RandomResizedCrop(), ColorJitter(0.4, 0.4, 0.4, 0.1), AugMix(), Mixup(3))
STEPS = KEEP_DTYPE + GIVE_FLOAT


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


shapes = st.tuples(st.integers(1, 20), st.sampled_from([1, 3]), st.integers(1, 11), st.integers(1, 11))


@settings(max_examples=120, deadline=None)
@given(st.sampled_from(STEPS), shapes, st.booleans(), st.integers(0, 2**31))
def test_shape_dtype_and_range(step, shape: tuple[int, ...], is_float: bool, seed: int):
    images = torch.randint(256, shape, generator=seeded(seed), dtype=torch.uint8)
    if is_float:
        images = images.float() * 0.999
    before, labels = images.clone(), torch.zeros(len(images), dtype=torch.int64)
    changed, _ = Augment(step)(images, labels, seeded(seed))
    assert changed.shape == images.shape
    assert changed.dtype == (images.dtype if step in KEEP_DTYPE else torch.float32)
    assert 0 <= changed.float().min() and changed.float().max() <= 255.001
    assert torch.equal(images, before), "changed in place"


@pytest.mark.parametrize("step", STEPS, ids=repr)
def test_the_same_generator_gives_the_same_batch(step):
    images, labels = random_images(24, height=8, width=8), torch.arange(24) % 3
    augment = Augment(step)
    first, again, other = (augment(images, labels, seeded(seed)) for seed in (1, 1, 2))
    assert all(torch.equal(one, two) for one, two in zip(first, again, strict=True))
    assert not torch.equal(first[0], other[0])


@pytest.mark.parametrize("policy", [AutoAugment(), RandAugment(), AugMix()], ids=repr)
def test_policies_change_most_images_and_each_in_its_own_way(policy):
    images = random_images(height=16, width=16)[:1].expand(64, -1, -1, -1)
    changed = policy(images, seeded())
    assert len({image.numpy().tobytes() for image in changed}) > 30


def test_randaugment_of_no_operation_changes_nothing():
    images = random_images()
    assert torch.equal(RandAugment(num_ops=0)(images, seeded()), images)


def test_the_policy_has_twenty_five_pairs():
    assert len(CIFAR10_POLICY) == 25
    assert all(0 <= p <= 1 and 0 <= level <= 9 for pair in CIFAR10_POLICY for _, p, level in pair)


def test_augmix_weighs_the_image_and_its_chains(monkeypatch: pytest.MonkeyPatch):
    images, replay = random_images(), seeded(3)
    monkeypatch.setattr(augmix, "operate", lambda names, choice, images, strength, fill: 255 - images)
    mixed = AugMix(chain_depth=1)(images, seeded(3))  # every chain is the negative
    dirichlet(replay, len(images), 1.0, 3)
    share = beta(replay, len(images), 1.0).view(-1, 1, 1, 1)
    torch.testing.assert_close(mixed, share * images + (1 - share) * (255 - images), atol=1e-3, rtol=0)


# In batches


def labeled(num_images: int = 50) -> tuple[torch.Tensor, torch.Tensor]:
    return random_images(num_images, channels=1, height=6, width=6), torch.arange(num_images) % 3


def augmented(seed: int = 0, **more) -> Batches:
    augment = Augment(RandomCrop(1), RandomHorizontalFlip(), Mixup(3))
    settings = {"shuffle": True, "transform": ToFloat(), "augment": augment, "generator": seeded(seed)} | more
    return Batches(*labeled(), batch_size=16, **settings)


def test_batches_are_augmented_then_transformed():
    seen = list(augmented())
    assert [tuple(x.shape) for x, _ in seen] == [(16, 1, 6, 6)] * 3 + [(2, 1, 6, 6)]
    assert all(y.shape == (len(x), 3) and 0 <= x.min() and x.max() <= 1 for x, y in seen)


def test_the_state_between_two_passes_gives_the_very_batches_that_follow():
    batches = augmented()
    list(batches)
    state = batches.state_dict()
    resumed = augmented(seed=5)
    resumed.load_state_dict(state)
    for ours, theirs in zip(batches, resumed, strict=True):
        assert torch.equal(ours[0], theirs[0]) and torch.equal(ours[1], theirs[1])


def test_without_shuffling_images_are_augmented_too_and_the_set_stays_as_it_is():
    batches = augmented(shuffle=False)
    before = batches.tensors[0].clone()
    first, second = (torch.cat([x for x, _ in batches]) for _ in range(2))
    assert not torch.equal(first, second)
    assert torch.equal(batches.tensors[0], before)


def augmented_fit(step) -> Experiment:
    model = nn.Sequential(nn.Flatten(), nn.Linear(36, 3))
    train = Batches(*labeled(48), batch_size=16, shuffle=True, transform=ToFloat(), augment=Augment(step))
    return Experiment(
        data=Splits(train, test=Batches(*labeled(), batch_size=50, transform=ToFloat())),
        model=model,
        task=Classification(),
        optimizer=SGD(model.parameters(), lr=0.1),
        epochs=3,
        draw=False,
    )


@pytest.mark.parametrize("step", [RandAugment(), Mixup(3), AugMix()], ids=repr)
def test_a_run_that_was_stopped_goes_on_with_the_same_bits(step):
    def make() -> Work:
        return toys.declared(lambda: augmented_fit(step))

    assert_same(make().run(), execute(make(), resume=interrupted(make()).path))


# Wrong use


@pytest.mark.parametrize(
    ("step", "message"),
    [(RandomCrop, r"write RandomCrop\(...\)"), ("flip", "object such as RandomCrop.*got str")],
)
def test_what_is_no_step(step, message: str):
    with pytest.raises(UsageError, match=message):
        Augment(step)


@pytest.mark.parametrize(
    "images",
    [torch.zeros(4, 10), torch.zeros(4, 2, 5, 5), torch.zeros(4, 3, 5, 5, dtype=torch.int64)],
    ids=["a table", "two channels", "integers"],
)
def test_what_is_no_batch_of_images(images: torch.Tensor):
    with pytest.raises(UsageError, match=r"1 or 3 channels, height, width\); got"):
        Augment()(images, torch.zeros(4), seeded())


def test_augmentation_needs_labels_beside_the_images():
    with pytest.raises(UsageError, match="images and labels; got a data set of 1 tensors"):
        Batches(torch.zeros(4, 1, 2, 2), batch_size=2, augment=Augment())


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: RandAugment(magnitude=31), "between 0 and 30; got 31"),
        (lambda: RandAugment(num_ops=-1), "at least 0; got -1"),
        (lambda: AugMix(severity=0), "between 1 and 10; got 0"),
        (lambda: AugMix(mixture_width=0), "at least one chain"),
        (lambda: AugMix(alpha=-1.0), "alpha must be above 0"),
    ],
)
def test_policies_with_impossible_numbers(make, message: str):
    with pytest.raises(UsageError, match=message):
        make()


# Pictures


@pytest.mark.parametrize("channels", [1, 3])
def test_the_grid_shows_the_originals_above_their_changes(channels: int):
    images = random_images(5, channels=channels)
    figure = grid(images, Augment(RandomHorizontalFlip(p=1.0), Normalize((0.0,), (1 / 255,))), samples=3)
    (axes,) = figure.axes
    assert len(axes.images) == 4 * 5
    shown = [torch.as_tensor(image.get_array().data) for image in axes.images]
    first = shown[0][None] if channels == 1 else shown[0].permute(2, 0, 1)
    torch.testing.assert_close(first, images[0] / 255)
    assert torch.equal(shown[5], shown[0].flip(1))


def test_the_grid_of_a_mixing_step_needs_no_labels():
    assert len(grid(random_images(), Augment(CutMix(10)), samples=1).axes[0].images) == 12
