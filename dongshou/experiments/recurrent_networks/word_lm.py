"""A language model of words: LSTM on the Penn Treebank, dropout between the layers (Zaremba et al., 2014).

One matrix serves as embedding and as output (Press and Wolf, 2017): half the parameters, and better for it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from torch import nn
from torch.optim import SGD, Optimizer
from torch.optim.lr_scheduler import LRScheduler

from dongshou import models
from dongshou.data import TextSplits, load_text
from dongshou.experiments._shared.character_model import writer
from dongshou.experiments._shared.settings import (
    BatchSize,
    Dropout,
    Encoding,
    Epochs,
    HeldOutText,
    LearningRate,
    MinFrequency,
    NumHiddens,
    NumSubwords,
    NumTokens,
    Prompt,
    Text,
    TokenLevel,
)
from dongshou.scratch.optim.lr_scheduler import LambdaLR
from dongshou.tasks import LanguageModeling
from dongshou.training import Experiment, Published, Reported

# Zaremba's loss is a sum over the steps, ours a mean: his rate of 1 and norm of 5 are about 20 and 0.25 here
LR, CLIP = 20.0, 0.25


@Published("Zaremba et al., 2014, small", test_perplexity=Reported(114.5, within=5.5))
def experiment(
    text: Text = "ptb",
    level: TokenLevel = "word",
    num_subwords: NumSubwords = 4000,
    min_frequency: MinFrequency = 0,
    num_hiddens: NumHiddens = 200,
    dropout: Dropout = 0.2,
    batch_size: BatchSize = 20,
    num_steps: NumTokens = 35,
    lr: LearningRate = LR,
    epochs: Epochs = 13,
    full_epochs: Annotated[int, "epochs at the full learning rate"] = 5,
    decay: Annotated[float, "factor of the learning rate from one epoch to the next"] = 0.5,
    valid: HeldOutText = 0.1,
    prompt: Prompt = "",
    encoding: Encoding = "utf-8",
) -> Experiment:
    """Two layers of 200 units; the rate halves with every epoch after the fifth.

    The small setting, which had no dropout and a matrix of its own for the output. Dropout and tied weights, which
    came after it, are to make up for so many fewer parameters. A text of your own may be cut into sub-words, too:
    `bits_per_character` compares the levels, but words pay nothing for case, line ends and what is <unk>. Without a
    prompt the sample goes on from the beginning of the text.
    """
    data = load_text(
        text,
        batch_size,
        num_steps,
        level=level,
        num_subwords=num_subwords,
        min_frequency=min_frequency,
        valid=valid,
        encoding=encoding,
    )  # (batch, steps)
    return word_model(
        data,
        num_hiddens,
        dropout,
        start=0.1,
        lr=lr,
        epochs=epochs,
        schedule=falling(full_epochs, decay),
        prompt=prompt,
    )


@Published("Zaremba et al., 2014, medium", test_perplexity=Reported(82.7, within=7.3))
def medium(lr: LearningRate = LR, epochs: Epochs = 39) -> Experiment:
    """Two layers of 650 units, half of them dropped: for a GPU."""
    data = load_text("ptb", 20, 35, level="word")  # (batch, steps)
    return word_model(
        data,
        650,
        dropout=0.5,
        start=0.05,
        lr=lr,
        epochs=epochs,
        schedule=falling(6, 1 / 1.2),
        prompt="the company said",
    )


def manual(num_hiddens: NumHiddens = 128, lr: LearningRate = LR, epochs: Epochs = 8) -> Experiment:
    """The words of the manual that comes with every Python: no download."""
    data = load_text("python-manual", 20, 35, level="word", min_frequency=3, valid=0.1)  # (batch, steps)
    return word_model(
        data, num_hiddens, 0.2, start=0.1, lr=lr, epochs=epochs, schedule=falling(5, 0.5), prompt="if the object"
    )


def word_model(
    data: TextSplits,
    num_hiddens: int,
    dropout: float,
    *,
    start: float,
    lr: float,
    epochs: int,
    schedule: Callable[[Optimizer], LRScheduler],
    prompt: str,
) -> Experiment:
    """Two LSTM layers between the two uses of one matrix; all weights start between -start and start."""
    model = models.recurrent_language_model(
        len(data.vocabulary),
        num_hiddens,
        kind="lstm",
        num_layers=2,
        embedding_size=num_hiddens,
        tied=True,
        dropout=dropout,
    )
    for parameter in model.parameters():
        nn.init.uniform_(parameter, -start, start)
    return Experiment(
        data=data,
        model=model,
        task=LanguageModeling(characters=data.characters),
        optimizer=SGD(model.parameters(), lr=lr),
        epochs=epochs,
        schedule=schedule,
        clip=CLIP,
        sample=writer(data, prompt, 30, temperature=0.8),
    )


def falling(full_epochs: int, decay: float) -> Callable[[Optimizer], LRScheduler]:
    """The whole rate for some epochs, then in every epoch that of the one before, times decay."""
    return lambda optimizer: LambdaLR(optimizer, lambda epoch: decay ** max(0, epoch + 1 - full_epochs))
