"""A BERT that has read much text learns with few labels what a sentence says of a film (Devlin et al., 2019)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import torch

from dongshou import models
from dongshou.data import LabelledTexts, load_masked, read_labelled_texts
from dongshou.data.sets.pretrained_bert import MINILM
from dongshou.drawing import new_axes
from dongshou.errors import UsageError
from dongshou.experiments._shared.settings import (
    BatchSize,
    Columns,
    Dropout,
    Encoding,
    Epochs,
    HeldOutTest,
    LabelledSet,
    LearningRate,
    MinFrequency,
    NumHeads,
    NumHiddens,
    NumLayers,
)
from dongshou.experiments.language_applications._bags import baselines
from dongshou.experiments.language_applications._fine_tuning import afresh, checkpoint, fine_tuning, own_splits, read_by
from dongshou.models import BertClassifier
from dongshou.models.bert_layers import Pooling
from dongshou.tasks.pictures.bars import draw_bars
from dongshou.training import Drew, Event, Experiment, Finished, Goal, Reported, Series
from dongshou.training.series import Histories, last_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SECTIONS = {"zh": "15.6", "en": "16.6"}

Weights = Annotated[str, "folder of a BERT checkpoint, or all-minilm-l6-v2 of the extra `pretrained`"]
MaxTokens = Annotated[int, "tokens that a text is cut to, [CLS] and [SEP] among them"]
PoolingOf = Annotated[Pooling, "what stands for a whole text: the pooler of [CLS] (first), or the mean of its tokens"]
NumLabels = Annotated[int, "texts that have a label, the first of a random order"]

PRETRAINED, FROM_SCRATCH = "pre-trained", "from scratch"


@Goal("nine in ten of SST-2, above every bag of words", test_accuracy=Reported(0.89), above_bags=Reported(0.0))
def experiment(
    texts: LabelledSet = "sst",
    weights: Weights = MINILM,
    pooling: PoolingOf = "mean",
    max_tokens: MaxTokens = 64,
    batch_size: BatchSize = 32,
    lr: LearningRate = 1e-4,
    epochs: Epochs = 3,
    test: HeldOutTest = 0.1,
    columns: Columns = (),
    encoding: Encoding = "utf-8",
) -> Experiment:
    """Six layers that somebody else has trained on much text go on learning on the labels of a set, all of them.

    above_bags is what its test accuracy has above the best of the bags of words on the very same texts.
    """
    labelled = read_labelled_texts(texts, encoding, columns).held_out(test=test)
    data = read_by(weights, labelled, batch_size, max_tokens)
    model = models.bert_fine_tuned(checkpoint(weights), len(data.classes), pooling=pooling)
    return fine_tuning(data, model, lr, epochs, conclude=lambda _, finished: beside_bags(labelled, finished))


@Goal("with 1,000 labels ten points above the same network from scratch", gained_accuracy=Reported(0.10))
def few(
    texts: LabelledSet = "sst",
    weights: Weights = MINILM,
    pooling: PoolingOf = "mean",
    num_labels: NumLabels = 1000,
    max_tokens: MaxTokens = 64,
    batch_size: BatchSize = 32,
    lr: LearningRate = 1e-4,
    epochs: Epochs = 5,
    scratch_lr: Annotated[float, "learning rate of the network trained from scratch"] = 2e-4,
    test: HeldOutTest = 0.1,
    columns: Columns = (),
    encoding: Encoding = "utf-8",
) -> Series:
    """A thousand labels: the same six layers, once with what they have read and once without.

    gained_accuracy is what the first has above the second, on the same test.
    """

    def labelled() -> LabelledTexts:
        return first_labels(read_labelled_texts(texts, encoding, columns).held_out(test=test), num_labels)

    def part(lr: float, start: Callable[[BertClassifier], BertClassifier] = lambda model: model) -> Experiment:
        data = read_by(weights, labelled(), batch_size, max_tokens)
        model = models.bert_fine_tuned(checkpoint(weights), len(data.classes), pooling=pooling)
        return fine_tuning(data, start(model), lr, epochs)

    parts = {PRETRAINED: lambda: part(lr), FROM_SCRATCH: lambda: part(scratch_lr, afresh)}
    return Series(parts, conclude, answers=PRETRAINED, asked_with="text")


def own(
    texts: LabelledSet = "sst",
    pretraining_text: Annotated[str, "the text that the run of bert-pretrain has read"] = "wikitext-2",
    min_frequency: MinFrequency = 5,
    num_layers: NumLayers = 2,
    num_heads: NumHeads = 4,
    num_hiddens: NumHiddens = 128,
    ffn_size: Annotated[int, "hidden units of the feed-forward network in each block"] = 512,
    max_len: MaxTokens = 64,
    pooling: PoolingOf = "mean",
    num_labels: NumLabels = 1000,
    dropout: Dropout = 0.1,
    batch_size: BatchSize = 32,
    lr: LearningRate = 5e-4,
    epochs: Epochs = 8,
    test: HeldOutTest = 0.1,
    columns: Columns = (),
    encoding: Encoding = "utf-8",
) -> Experiment:
    """Your own BERT: `--from RUN --part encoder` gives it what a run of bert-pretrain:small has learnt.

    Sizes, text and min_frequency are to be those of that run; its words are numbered in the same way again. Without
    --from the network starts from scratch.
    """
    labelled = first_labels(read_labelled_texts(texts, encoding, columns).held_out(test=test), num_labels)
    data = own_splits(labelled, load_masked(pretraining_text, min_frequency=min_frequency), batch_size, max_len)
    model = models.bert_classifier(
        len(data.vocabulary),
        len(data.classes),
        num_layers=num_layers,
        num_heads=num_heads,
        num_hiddens=num_hiddens,
        ffn_size=ffn_size,
        max_len=max_len,
        dropout=dropout,
        pooling=pooling,
    )
    return fine_tuning(data, model, lr, epochs)


def beside_bags(labelled: LabelledTexts, finished: Finished) -> Iterator[Event]:
    """The linear baselines on the same texts, and by how much the best of them is left behind."""
    if (own := finished.metrics.get("test_accuracy")) is None:
        yield finished
        return
    bags = baselines(labelled)
    shown = {name.removesuffix("_test_accuracy").replace("_", " "): value for name, value in bags.items()}
    yield Drew("beside-bags", draw_bars(shown | {"BERT": own}, "test accuracy", "A BERT and bags of words"))
    gained = {"above_bags": own - max(bags.values())}
    yield Finished(finished.metrics | bags | gained, finished.best, finished.reading)


def first_labels(labelled: LabelledTexts, num_labels: int, seed: int = 0) -> LabelledTexts:
    """The test, and so many texts to learn from. Raises UsageError for more labels than there are."""
    if not 2 <= num_labels <= len(labelled.train):
        raise UsageError(f"{labelled.name} has {len(labelled.train):,} labels to learn from; got {num_labels=}.")
    order = torch.randperm(len(labelled.train), generator=torch.Generator().manual_seed(seed))
    return replace(labelled, train=labelled.train.rows(order[:num_labels]), valid=None)


def conclude(histories: Histories) -> Iterator[Event]:
    """Both curves, and what each ended with."""
    ends = {label: metrics["test_accuracy"] for label, metrics in last_of(histories).items()}
    yield Drew("few-labels", curves(histories))
    metrics = {f"{label.replace(' ', '_').replace('-', '')}_test_accuracy": value for label, value in ends.items()}
    yield Finished({"gained_accuracy": ends[PRETRAINED] - ends[FROM_SCRATCH]} | metrics)


def curves(histories: Histories) -> Figure:
    """Accuracy on the test by epoch."""
    axes = new_axes(xlabel="epoch", ylabel="test accuracy", title="Learning from few labels")
    for label, epochs in histories.items():
        values = [metrics["test_accuracy"] for metrics in epochs]
        axes.plot(range(1, len(values) + 1), values, label=label)
    return axes.figure  # pyright: ignore[reportReturnType]
