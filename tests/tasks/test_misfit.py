"""A loss that does not take its labels says why in the terms of the data, whichever engine computes it."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from dongshou import from_scratch
from dongshou.errors import DongshouError
from dongshou.tasks.losses import batch_loss
from dongshou.tasks.misfit import misfit_of_classes

LOGITS = torch.randn(5, 3, generator=torch.Generator().manual_seed(4))
LABELS = torch.tensor([0, 2, 1, 1, 2])
YES = torch.tensor([[1.0], [0.0], [1.0], [1.0], [0.0]])
CASES: dict[str, tuple[nn.Module, Any, Any, str]] = {
    "float labels": (nn.CrossEntropyLoss(), LOGITS, LABELS.float(), "got float32. Convert them with labels.long()"),
    "int32 labels": (nn.NLLLoss(), LOGITS, LABELS.int(), "int64; got int32"),
    "a column": (nn.CrossEntropyLoss(), LOGITS, LABELS[:, None], "got logits (5, 3) and labels (5, 1)"),
    "a one for its class": (
        nn.CrossEntropyLoss(),
        LOGITS,
        nn.functional.one_hot(LABELS),
        "got (5, 3), an entry for each class. Take labels.argmax(1), or labels.float()",
    ),
    "no classes": (nn.CrossEntropyLoss(), LOGITS[:, 0], LABELS, "got logits (5,) and labels (5,)"),
    "counted from 1": (nn.CrossEntropyLoss(), LOGITS, LABELS + 1, "the labels 0 to 2; got the label 3."),
    "below 0": (nn.CrossEntropyLoss(), LOGITS, LABELS - 1, "the labels 0 to 2; got the label -1."),
    "a tuple": (nn.CrossEntropyLoss(), (LOGITS, 1), LABELS, "The model's outputs have to be one tensor; got tuple"),
    "nothing": (nn.CrossEntropyLoss(), None, LABELS, "outputs have to be one tensor; got NoneType"),
    "a list": (nn.MultiMarginLoss(), LOGITS, [0, 2, 1, 1, 2], "Targets have to be one tensor; got list"),
    "a flat target": (nn.BCELoss(), LOGITS[:, :1].sigmoid(), YES[:, 0], "got (5, 1) and (5,)"),
}


@pytest.mark.parametrize("engine", [None, from_scratch])
@pytest.mark.parametrize("name", CASES)
def test_why_a_loss_does_not_take_it(name: str, engine: Any):
    loss, outputs, targets, said = CASES[name]
    with pytest.raises(DongshouError) as caught:
        batch_loss(loss if engine is None else engine(loss), outputs, targets)
    assert said in str(caught.value) and "\n" not in str(caught.value)


def test_labels_that_count_for_nothing_are_no_misfit():
    kept = LABELS.clone()
    kept[1] = -100
    loss = batch_loss(nn.CrossEntropyLoss(), LOGITS, kept)
    rest = torch.tensor([0, 2, 3, 4])
    torch.testing.assert_close(loss.value, nn.functional.cross_entropy(LOGITS[rest], LABELS[rest]))
    assert misfit_of_classes(LOGITS, kept, -100) is None
    assert misfit_of_classes(LOGITS, LOGITS.softmax(1), -100) is None


def test_whole_numbers_for_a_loss_of_numbers():
    with pytest.raises(DongshouError, match=r"floating-point numbers; got int64. Convert them with targets.float\(\)"):
        batch_loss(nn.BCELoss(), LOGITS[:, :1].sigmoid(), YES.long())


def test_what_is_not_the_fault_of_the_data_stays_in_the_words_of_torch():
    with pytest.raises(RuntimeError, match="weight"):
        batch_loss(nn.CrossEntropyLoss(weight=torch.ones(2)), LOGITS, LABELS)
