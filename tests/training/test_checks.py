"""An experiment put together wrongly is refused at once, in one line that says what to write instead."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.optim import SGD, Adam
from torch.optim.lr_scheduler import ReduceLROnPlateau, StepLR
from torch.utils.data import DataLoader, TensorDataset

from dongshou.data import Batches
from dongshou.data.tables.table import Table
from dongshou.errors import UsageError
from dongshou.tasks import BinaryClassification, Classification, Regression
from dongshou.training import EarlyStopping, Experiment
from tests.training.toys import blob_splits, blobs

MODEL = nn.Linear(4, 3)
TABLE = Table((), blobs(6)[1], classes=("x", "y", "z"), target="kind", path=Path("table.csv"))
LOADER = DataLoader(TensorDataset(*blobs(6)))


def made(**parts: Any) -> Experiment:
    right: dict[str, Any] = {
        "data": blob_splits(),
        "model": MODEL,
        "task": Classification(),
        "optimizer": SGD(MODEL.parameters(), lr=0.1),
        "epochs": 1,
    }
    return Experiment(**right | parts)


@pytest.mark.parametrize(
    ("part", "wrong", "words"),
    [
        ("data", TABLE, "got Table: use table.splits()"),
        ("data", DataLoader, "got the class DataLoader: write Splits(train=..., test=...)"),
        ("data", (np.zeros((6, 4)), np.zeros(6)), "got tuple: make tensors of the arrays, as in torch.tensor("),
        ("data", (LOADER, LOADER), "got tuple: write Splits(train=..., test=...)"),
        ("model", lambda inputs: inputs, "got function: derive its class from nn.Module"),
        ("model", nn.Flatten, "got the class Flatten: call it to make one"),
        ("task", nn.CrossEntropyLoss(), "wrap it, as in Classification(CrossEntropyLoss())"),
        ("task", nn.functional.mse_loss, "such as Classification(nn.CrossEntropyLoss()); got function, which lacks"),
        ("task", Classification, "got the class Classification."),
        ("task", None, "got NoneType, which lacks step, measure"),
        ("optimizer", SGD, "SGD(model.parameters(), lr=0.1); got the class SGD"),
        ("optimizer", None, "got NoneType"),
        (
            "optimizer",
            Adam(nn.Linear(4, 3).parameters()),
            "another model: build a new one, as in Adam(model",
        ),
        ("epochs", 0, "at least 1; got 0"),
        ("epochs", 1.5, "whole number of at least 1; got 1.5"),
        ("epochs", "3", "got '3'"),
        ("epochs", True, "got True"),
        ("schedule", lambda: None, "lambda optimizer: StepLR(optimizer, 10); got function"),
        ("schedule", lambda optimizer, step: None, "lambda optimizer: StepLR(optimizer, 10); got function"),
        ("schedule", StepLR(SGD(MODEL.parameters(), lr=0.1), 2), "got a StepLR that is made already: give a function"),
        (
            "schedule",
            ReduceLROnPlateau(SGD(MODEL.parameters(), lr=0.1)),
            "got a ReduceLROnPlateau that is made already",
        ),
        ("sample", "text", "sample is a function of the model that gives a text or a figure; got str"),
        ("sample", lambda model, epoch: "", "or a figure; got function (model, epoch)"),
        ("measure_model", {"a": 1.0}, "a function of the model that gives metrics by name; got dict"),
        ("measure_model", lambda: {}, "by name; got function ()"),
        ("conclude", lambda experiment: None, "what it finished with, that yields events; got function (experiment)"),
        ("clip", -1.0, "the largest norm of the gradient, a number above 0; got -1.0"),
        ("clip", 0, "above 0; got 0"),
        ("clip", "1", "above 0; got '1'"),
        ("clip", True, "above 0; got True"),
        ("early_stopping", 3, "such as EarlyStopping(metric, patience); got int"),
        ("early_stopping", EarlyStopping, "got the class EarlyStopping"),
    ],
)
def test_a_wrong_part(part: str, wrong: Any, words: str):
    with pytest.raises(UsageError) as caught:
        made(**{part: wrong})
    message = str(caught.value)
    assert words in message and "\n" not in message


def test_right_parts_are_taken():
    assert made().epochs == 1
    assert made(clip=1, early_stopping=EarlyStopping("test_loss", 2)).clip == 1
    made(schedule=functools.partial(StepLR, step_size=2))
    made(schedule=lambda optimizer, every=3: StepLR(optimizer, every))
    head_alone = nn.Sequential(nn.Linear(4, 4), nn.Linear(4, 3))
    made(model=head_alone, optimizer=SGD(head_alone[1].parameters(), lr=0.1))
    for data in (blobs(6), LOADER, LOADER.dataset, Batches(*blobs(6), batch_size=2)):
        assert made(data=data).data.train().num_examples == 6 and made(data=data).data.test() is None


@pytest.mark.parametrize("task", [Classification, BinaryClassification, Regression])
def test_a_loss_that_is_none(task: Any):
    with pytest.raises(UsageError, match=r"got the class MSELoss: write MSELoss\(\)"):
        task(nn.MSELoss)
    with pytest.raises(UsageError, match="such as nn.CrossEntropyLoss.*got str"):
        task("mse")
    assert task(torch.nn.functional.mse_loss).loss is torch.nn.functional.mse_loss
