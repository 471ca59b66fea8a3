"""Classification: each input belongs to one of several classes, or to one of two."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from dongshou.data import TextSplits
from dongshou.errors import UsageError, kind_of
from dongshou.models import DecomposableAttention
from dongshou.models.summary.watch import evaluating
from dongshou.tasks import pictures
from dongshou.tasks.answers import Answer, Probabilities, Several
from dongshou.tasks.asking import AskedWith, Question, given
from dongshou.tasks.explain import grad_cam
from dongshou.tasks.losses import OF_CLASSES, batch_loss, check_loss, hits, is_one_of
from dongshou.tasks.misfit import check_truth
from dongshou.tasks.pictures.explained_photo import explained_photo
from dongshou.tasks.pictures.explained_text import explained_text
from dongshou.tasks.quantity import Quantities, Quantity
from dongshou.tasks.task import as_outputs, descend

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from dongshou.data import Splits
    from dongshou.drawing import Drawing


@dataclass
class Classification:
    """One of several classes. The model gives logits (batch, classes), or (batch, classes, ...) for a class of each
    pixel or step.

    Labels are class indices (batch, ...), or shares of the classes (batch, classes, ...) where images are mixed.

    asked_with  "text" for a model that reads texts, "pair" for two of them; a row where the data are a table
    """

    loss: nn.Module = field(default_factory=nn.CrossEntropyLoss)
    headline: str = "accuracy"
    asked_with: AskedWith = "image"

    def __post_init__(self) -> None:
        check_loss(self.loss)

    def asks(self, data: Splits) -> AskedWith:
        """A row where it has learnt from a table, unless it says otherwise."""
        return "row" if self.asked_with == "image" and data.features is not None else self.asked_with

    def step(self, model: nn.Module, batch: tuple[Tensor, Tensor], optimizer: Optimizer) -> Quantities:
        inputs, labels = batch
        logits = model(inputs)  # (batch, classes)
        loss = batch_loss(self.loss, logits, labels)
        descend(loss.value, optimizer)
        return {"loss": loss.quantity, "accuracy": hits(logits, labels, self.loss)}

    def measure(self, model: nn.Module, batch: tuple[Tensor, Tensor]) -> Quantities:
        inputs, labels = batch
        logits = model(inputs)
        loss = batch_loss(self.loss, logits, labels)
        return {"loss": loss.quantity, "accuracy": hits(logits, labels, self.loss)}

    def predict(self, model: nn.Module, inputs: Tensor) -> Tensor:
        """Class probabilities (batch, classes): the softmax of the logits."""
        exponentials = (logits := model(inputs).float()).sub(logits.amax(1, keepdim=True)).exp()
        return exponentials / exponentials.sum(1, keepdim=True)

    def figures(self, model: nn.Module, data: Splits) -> Iterator[tuple[str, Figure]]:
        yield from pictures.of_classification(self, model, data)

    @torch.no_grad()
    def answer(self, model: nn.Module, data: Splits, question: Question) -> Probabilities | Several:
        """Of several things on a photo each has its own."""
        asked = given(self.asks(data), data, question, model)
        with evaluating(model):
            each = self.predict(model, asked.inputs)  # (things, classes)
        if len(asked.things) > 1:
            return Several(asked.things, [Probabilities.of(data.classes, one).probabilities for one in each])
        return Probabilities.of(data.classes, each[0], asked.seen)

    def explain(
        self, model: nn.Module, data: Splits, question: Question, answer: Answer
    ) -> Iterator[tuple[str, Drawing]]:
        """Where on a picture it saw the most probable class; which words of a text decide for it; which words of a pair
        of texts were laid side by side."""
        asks = self.asks(data)
        if asks == "text":
            assert isinstance(answer, Probabilities)
            inputs = given(asks, data, question, model).inputs
            yield "words", explained_text(model, data, question.asked, inputs, answer.best)
        if asks == "image":
            assert isinstance(answer, Probabilities | Several)
            asked = given(self.asked_with, data, question, model)
            yield from explained_photo(asked.things, grad_cam(model, asked.inputs), answer.labels)
        if isinstance(model, DecomposableAttention) and isinstance(data, TextSplits):
            assert isinstance(answer, Probabilities)
            inputs = given(asks, data, question, model).inputs
            yield from pictures.of_alignment(model, data, inputs, answer.best)


@dataclass
class BinaryClassification:
    """Yes or no. The model gives a probability (batch, 1), or a logit with `BCEWithLogitsLoss`.

    Labels are 0 for no and 1 for yes, (batch, 1) or (batch,), of any type; (batch, questions) where there are several.
    """

    loss: nn.Module = field(default_factory=nn.BCELoss)
    headline: str = "accuracy"
    asked_with: AskedWith = "row"

    def __post_init__(self) -> None:
        check_loss(self.loss)
        if is_one_of(self.loss, OF_CLASSES):
            raise UsageError(
                f"{kind_of(self.loss)} compares an output for each class; a binary classification has one output: use"
                " BCEWithLogitsLoss, or Classification with two outputs."
            )

    def step(self, model: nn.Module, batch: tuple[Tensor, Tensor], optimizer: Optimizer) -> Quantities:
        inputs, labels = batch
        outputs = model(inputs)  # (batch, 1)
        labels = as_truth(labels, outputs)
        loss = batch_loss(self.loss, outputs, labels)
        descend(loss.value, optimizer)
        return {"loss": loss.quantity, "accuracy": self._hits(outputs, labels)}

    def measure(self, model: nn.Module, batch: tuple[Tensor, Tensor]) -> Quantities:
        inputs, labels = batch
        outputs = model(inputs)
        labels = as_truth(labels, outputs)
        return {"loss": batch_loss(self.loss, outputs, labels).quantity, "accuracy": self._hits(outputs, labels)}

    def predict(self, model: nn.Module, inputs: Tensor) -> Tensor:
        """The probability of a yes (batch, 1)."""
        outputs = model(inputs).float()
        return torch.sigmoid(outputs) if self._gives_logits else outputs

    def figures(self, model: nn.Module, data: Splits) -> Iterator[tuple[str, Figure]]:
        return iter(())

    @torch.no_grad()
    def answer(self, model: nn.Module, data: Splits, question: Question) -> Probabilities:
        """Of a no and a yes, by their names where the data has some."""
        asked = given(self.asked_with, data, question, model)
        with evaluating(model):
            yes = self.predict(model, asked.inputs)[0]  # (1,)
        return Probabilities.of(data.classes or ("no", "yes"), torch.cat([1 - yes, yes]), asked.seen)

    def explain(
        self, model: nn.Module, data: Splits, question: Question, answer: Answer
    ) -> Iterator[tuple[str, Drawing]]:
        return iter(())

    @property
    def _gives_logits(self) -> bool:
        return is_one_of(self.loss, ("BCEWithLogitsLoss",))

    def _hits(self, outputs: Tensor, labels: Tensor) -> Quantity:
        threshold = 0.0 if self._gives_logits else 0.5
        is_hit = (outputs.detach() > threshold) == (labels > 0.5)
        return Quantity(is_hit.sum(), labels.numel(), higher_is_better=True)


def as_truth(labels: Tensor, outputs: Tensor) -> Tensor:
    """Labels 0 and 1 in the form of the outputs. Raises Misfit for others."""
    labels = as_outputs(labels, outputs)
    if labels.device.type == "cpu" or not torch.is_grad_enabled():  # no step waits for a device
        check_truth(labels)
    return labels
