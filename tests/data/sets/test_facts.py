"""What is typed in about each set, against the files themselves: means, names, which label belongs to which picture."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits
from torch import Tensor

from dongshou.data.images.load import IMAGE_SETS, image_set
from dongshou.data.sets import cifar10, diabetes_pima, digits, fashion_mnist, mnist

# as the authors number them in their README (Xiao, Rasul, Vollgraf, 2017), with the common Chinese name of each
CLOTHES = [
    ("T-shirt/top", "T恤/上衣"),
    ("Trouser", "裤子"),
    ("Pullover", "套头衫"),
    ("Dress", "连衣裙"),
    ("Coat", "外套"),
    ("Sandal", "凉鞋"),
    ("Shirt", "衬衫"),
    ("Sneaker", "运动鞋"),
    ("Bag", "包"),
    ("Ankle boot", "短靴"),
]


@pytest.mark.parametrize("name", ["mnist", "fashion-mnist", "cifar10"])
def test_mean_and_std_are_those_of_the_training_pixels(name: str, real_data):
    real_data(name)
    images = image_set(name)
    pixels = images.read("train")[0].double().div_(255)
    mean, std = pixels.mean((0, 2, 3)), pixels.std((0, 2, 3))
    # of cifar10 one of five batches lies here: near the constants, not equal to them
    within = 5e-3 if len(pixels) < 50_000 else 5e-5
    assert mean.tolist() == pytest.approx(np.atleast_1d(images.MEAN).tolist(), abs=within)
    assert std.tolist() == pytest.approx(np.atleast_1d(images.STD).tolist(), abs=within)


def test_clothes_are_named_as_their_authors_number_them():
    english, chinese = zip(*CLOTHES, strict=True)
    assert [name.lower() for name in fashion_mnist.CLASSES] == [name.lower() for name in english]
    assert fashion_mnist.CLASSES_ZH == chinese


def test_the_names_of_other_classes():
    for of_digits in (mnist, digits):
        assert of_digits.CLASSES == tuple(map(str, range(10)))
    assert list(cifar10.CLASSES) == sorted(cifar10.CLASSES) and len(set(cifar10.CLASSES)) == 10  # as it numbers them


def test_clothes_look_as_they_are_named(real_data):
    real_data("fashion-mnist")
    images, labels = fashion_mnist.read("test")
    of = {name: images[labels == number, 0].float() for number, name in enumerate(fashion_mnist.CLASSES)}
    ink = {name: (pictures > 0).float().mean((1, 2)).mean().item() for name, pictures in of.items()}
    upper = {name: (pictures[:, :10] > 0).float().mean().item() for name, pictures in of.items()}
    assert ink["sandal"] == min(ink.values())
    assert set(sorted(upper, key=upper.__getitem__)[:2]) == {"sandal", "sneaker"}  # low things
    gap = {name: (pictures[:, 20:, 13:15] == 0).float().mean().item() for name, pictures in of.items()}
    assert max(("trouser", "dress", "coat", "shirt"), key=gap.__getitem__) == "trouser"  # between the legs


@pytest.mark.parametrize("name", list(IMAGE_SETS))
def test_test_pictures_have_their_own_labels_as_training_pictures_do(name: str, real_data):
    """The nearest mean picture, learnt from the training pictures, finds the labels of both parts."""
    if name != "digits":
        real_data(name)
    images = image_set(name)

    def part(which: str) -> tuple[np.ndarray, np.ndarray]:
        pixels, labels = images.read(which)
        assert len(pixels) == len(labels)
        return pixels[:500].flatten(1).numpy(), labels[:500].numpy()

    train, test = part("train"), part("test")
    means = np.stack([train[0][train[1] == label].mean(0) for label in range(len(images.CLASSES))])
    least = 0.15 if name.startswith("cifar10") else 0.6  # a tenth by chance
    for pixels, labels in (train, test):
        found = ((pixels[:, None].astype(np.float64) - means) ** 2).sum(2).argmin(1)
        assert (found == labels).mean() > least
    assert not {row.tobytes() for row in test[0]} & {row.tobytes() for row in train[0]}


def test_each_digit_has_the_label_that_scikit_learn_gives_it():
    pixels, targets = load_digits(return_X_y=True)
    rows = np.rint(pixels * 255 / 16).astype(np.uint8)
    known = {row.tobytes(): label for row, label in zip(rows, targets, strict=True)}
    for part in ("train", "test"):
        images, labels = digits.read(part)
        assert [known[image.numpy().tobytes()] for image in images] == labels.tolist()


def test_glucose_and_mass_are_higher_with_diabetes(real_data):
    real_data("diabetes-pima")
    features, labels = diabetes_pima.read()

    def means(of: int) -> Tensor:
        return features[labels == of].mean(0)

    ill = means(diabetes_pima.CLASSES.index("diabetes")) > means(diabetes_pima.CLASSES.index("no diabetes"))
    for name in ("plasma glucose (mg/dl)", "body mass index (kg/m^2)", "age (years)"):
        assert bool(ill[diabetes_pima.FEATURES.index(name)])
    assert torch.isclose(features[:, diabetes_pima.FEATURES.index("age (years)")].min(), torch.tensor(21.0))
