"""A class for each pixel: void counts nowhere, and the measures are scikit-learn's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from sklearn.metrics import accuracy_score, confusion_matrix, jaccard_score
from torch import nn
from torch.nn.functional import interpolate

from dongshou.data import Batches, Splits
from dongshou.data.images.photos import Whole
from dongshou.data.targets import Mask
from dongshou.errors import DongshouError
from dongshou.tasks import Question, Segmentation, answers
from dongshou.tasks.pictures.segmented import mistakes, painted
from dongshou.tasks.pixel_measures import measures
from dongshou.tasks.segmentation import most_probable
from dongshou.training.totals import Totals

NAMES = ("sky", "road", "car", "tree")


def some_batches(void: int = 255, sizes: tuple[int, ...] = (3, 2)) -> list[tuple[torch.Tensor, Mask]]:
    """Logits as the network below gives them, with targets of which a third is void; the class 2 never occurs."""
    batches = []
    for size in sizes:
        classes = torch.tensor([0, 1, 3, void])[torch.randint(4, (size, 5, 7))]
        batches.append((torch.randn(size, 4, 5, 7), Mask(classes.to(torch.uint8), void)))
    return batches


@pytest.mark.parametrize("void", [255, 11])
def test_what_is_measured_is_what_scikit_learn_measures(void: int):
    task, totals = Segmentation(), Totals()
    batches = some_batches(void)
    for batch in batches:
        totals.add(task.measure(nn.Identity(), batch))
    found = totals.metrics()
    truth = torch.cat([mask.classes.flatten() for _, mask in batches])
    logits = torch.cat([logits.movedim(1, -1).reshape(-1, 4) for logits, _ in batches])
    is_known = truth != void
    truth, guesses = truth[is_known].long(), logits[is_known].argmax(1)
    present = sorted({*truth.tolist(), *guesses.tolist()})
    assert found["pixel_accuracy"] == pytest.approx(accuracy_score(truth, guesses), abs=1e-12)
    jaccard = jaccard_score(truth, guesses, average="macro", labels=present)
    assert found["miou"] == pytest.approx(jaccard, abs=1e-12)
    loss = nn.functional.cross_entropy(logits[is_known], truth)
    assert found["loss"] == pytest.approx(float(loss), abs=1e-6)
    counts = sum(task.measure(nn.Identity(), batch)["confusion"].total for batch in batches)
    assert np.array_equal(counts, confusion_matrix(truth, guesses, labels=range(4)))
    assert {"pixel_accuracy", "miou"} <= totals.more_is_better and "loss" not in totals.more_is_better


def test_a_class_that_is_nowhere_does_not_count():
    counts = torch.tensor([[3, 1, 0], [0, 4, 0], [0, 0, 0]])
    assert measures(counts) == {"pixel_accuracy": 7 / 8, "miou": pytest.approx((3 / 4 + 4 / 5) / 2)}
    missed = torch.tensor([[3, 0, 0], [0, 4, 0], [0, 2, 0]])  # but one that is never found does
    assert measures(missed)["miou"] == pytest.approx((1 + 4 / 6 + 0) / 3)


def test_a_step_learns_nothing_from_void():
    model = nn.Conv2d(3, 4, 1)
    images, classes = torch.randn(2, 3, 5, 7), torch.randint(4, (2, 5, 7))
    classes[:, :3] = 255
    inside = [one.detach().clone() for one in model.parameters()]
    Segmentation().step(model, (images, Mask(classes)), torch.optim.SGD(model.parameters(), lr=1.0))
    expected = [one.requires_grad_() for one in inside]
    logits = nn.functional.conv2d(images[:, :, 3:], *expected)
    nn.functional.cross_entropy(logits, classes[:, 3:]).backward()
    for one, other in zip(model.parameters(), expected, strict=True):
        torch.testing.assert_close(one, other - other.grad)
    before = [one.detach().clone() for one in model.parameters()]
    void = Mask(torch.full((2, 5, 7), 9), void=9)
    found = Segmentation().step(model, (images, void), torch.optim.SGD(model.parameters(), lr=1.0))
    assert all(torch.equal(one, other) for one, other in zip(model.parameters(), before, strict=True))
    assert float(found["loss"].total) == 0 and int(found["confusion"].total.sum()) == 0


def test_targets_that_are_no_mask():
    with pytest.raises(DongshouError, match="Segmentation learns from a Mask; got Tensor: write Mask"):
        Segmentation().measure(nn.Identity(), (torch.zeros(1, 4, 2, 2), torch.zeros(1, 2, 2)))  # pyright: ignore
    with pytest.raises(DongshouError, match="class"):
        Segmentation().measure(nn.Identity(), (torch.zeros(1, 4, 2, 2), Mask(torch.full((1, 2, 2), 4))))


def test_the_most_probable_class_at_another_size():
    logits = torch.randn(1, 5, 6, 8)
    for size in ((11, 17), (3, 4), (6, 8)):
        expected = interpolate(logits, size, mode="bilinear", align_corners=False).argmax(1)[0]
        assert torch.equal(most_probable(logits, size), expected)


def small_data(tmp_path: Path | None = None) -> Splits:
    images, classes = torch.rand(7, 3, 12, 16), torch.randint(4, (7, 12, 16))
    batches = Batches(images, Mask(classes), batch_size=3)
    return Splits(batches, test=batches, classes=NAMES, shape=(3, 12, 16), photos=Whole(12))


def test_a_photo_is_answered_at_its_own_size(tmp_path: Path):
    """The left half is red and so the first class, the right half blue and so the third, whatever the size is."""
    pixels = np.zeros((31, 50, 3), np.uint8)
    pixels[:, :25, 0], pixels[:, 25:, 2] = 255, 255
    Image.fromarray(pixels).save(tmp_path / "photo.png")
    model = nn.Conv2d(3, 4, 1, bias=False)
    model.weight.data = torch.eye(4)[:, :3, None, None]
    answer = Segmentation().answer(model, small_data(), Question(str(tmp_path / "photo.png")))
    assert isinstance(answer, answers.Mask) and answer.photo.size == (50, 31) and answer.mask.shape == (31, 50)
    assert (answer.mask[:, :23] == 0).all() and (answer.mask[:, 27:] == 2).all()
    assert answer.as_json()["shares"] == pytest.approx({"sky": 0.5, "car": 0.5}, abs=0.02)


def test_the_pictures():
    figures = dict(Segmentation().figures(nn.Conv2d(3, 4, 3, padding=1), small_data()))
    assert [*figures] == ["segmentation", "iou"]
    words = {text.get_text() for text in figures["segmentation"].axes[0].texts}
    assert {"image", "truth", "prediction", "error", *NAMES} <= words
    assert len(figures["segmentation"].axes[0].images) == 4 * 4  # one picture in two of seven


def test_what_the_pictures_show():
    truth, guess = torch.tensor([[0, 1, 255]]), torch.tensor([[0, 0, 0]])
    image = torch.tensor([[[0.0, 0.5, 1.0]]]).expand(3, 1, 3)
    wrong = mistakes(image, truth, guess, 255)
    assert wrong[0, 0].tolist() == [0.5, 0.5, 0.5] and wrong[0, 2].tolist() == [1, 1, 1]
    assert wrong[0, 1] == pytest.approx(np.array([0xD5, 0x5E, 0x00]) / 255)
    assert painted(truth, ["#FF0000", "#0000FF"]).tolist() == [[[1, 0, 0], [0, 0, 1], [1, 1, 1]]]
