"""Long short-term memory learns the characters of a text: a cell that forgets only what it is told to (1997)."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from torch.optim import Adam

from dongshou import models
from dongshou.data import load_text
from dongshou.experiments._shared.character_model import PROMPT, character_model, printed, writer
from dongshou.experiments._shared.settings import (
    BatchSize,
    Bidirectional,
    Dropout,
    EmbeddingSize,
    Encoding,
    Epochs,
    LearningRate,
    NumHiddens,
    NumLayers,
    NumTokens,
    Prompt,
    Sampling,
    Text,
)
from dongshou.experiments._shared.text_measures import regular_lines
from dongshou.tasks import LanguageModeling
from dongshou.training import Experiment, Goal, Reported

SECTIONS = {"zh": "9.2, 9.3, 9.4", "en": "10.1, 10.3, 10.4"}


@printed("concise", 1.0, 1.1, 1.3)
@printed("from scratch", 1.1, 1.15, 1.4)
def experiment(
    text: Text = "time-machine",
    num_hiddens: NumHiddens = 256,
    num_layers: NumLayers = 1,
    bidirectional: Bidirectional = False,
    sampling: Sampling = "sequential",
    lr: LearningRate = 1.0,
    epochs: Epochs = 500,
    prompt: Prompt = PROMPT,
    encoding: Encoding = "utf-8",
) -> Experiment:
    """The settings of `rnn-lm` (Hochreiter and Schmidhuber, 1997); the gates are drawn over a sentence at the end."""
    return character_model(
        "lstm",
        text,
        num_hiddens=num_hiddens,
        num_layers=num_layers,
        bidirectional=bidirectional,
        sampling=sampling,
        lr=lr,
        epochs=epochs,
        prompt=prompt,
        encoding=encoding,
    )


@printed("deep", 1.0, 1.0, 1.0)
def deep(epochs: Epochs = 500) -> Experiment:
    """Two layers, twice the learning rate: each reads what the one below has understood."""
    return experiment(num_layers=2, lr=2.0, epochs=epochs)


@printed("bidirectional", 1.1, 1.1, 1.1)
def bidirectional(epochs: Epochs = 500) -> Experiment:
    """Two layers in both directions, a misuse: the way back has seen the answer, and without it nothing is left.

    `perplexity_without_future` is measured as a writer has to work, on texts that end at the token before. It is
    far above train_perplexity, and the sample is nonsense.
    """
    return experiment(num_layers=2, bidirectional=True, epochs=epochs)


def random(epochs: Epochs = 500) -> Experiment:
    """The subsequences in random order: no state is carried from one to the next."""
    return experiment(sampling="random", epochs=epochs)


@Goal("three lines in four of five or seven", regular_lines=Reported(0.75))
def poems(
    embedding_size: EmbeddingSize = 128,
    num_hiddens: NumHiddens = 256,
    batch_size: BatchSize = 32,
    num_steps: NumTokens = 48,
    lr: LearningRate = 3e-3,
    epochs: Epochs = 10,
    prompt: Prompt = "明月",
) -> Experiment:
    """5,003 poems of the Tang, character by character; it writes mostly lines of five or seven, as they did.

    `regular_lines` is the share of such lines among those that it writes. The prompt begins the first line.
    """
    data = load_text("tang-poems", batch_size, num_steps, min_frequency=5, valid=0.05)  # (batch, steps)
    model = models.recurrent_language_model(
        len(data.vocabulary), num_hiddens, kind="lstm", embedding_size=embedding_size
    )
    return Experiment(
        data=data,
        model=model,
        task=LanguageModeling(),
        optimizer=Adam(model.parameters(), lr=lr),
        epochs=epochs,
        clip=1.0,
        measure_model=partial(regular_lines, data=data),
        sample=writer(data, prompt, 48, temperature=0.8),
    )


def text(
    text: Text = "python-manual",
    num_hiddens: NumHiddens = 256,
    num_layers: NumLayers = 1,
    batch_size: BatchSize = 32,
    num_steps: NumTokens = 64,
    max_tokens: Annotated[int, "characters of the text to use, from its beginning"] = 200_000,
    dropout: Dropout = 0.1,
    lr: LearningRate = 3e-3,
    epochs: Epochs = 10,
    prompt: Prompt = "",
    encoding: Encoding = "utf-8",
) -> Experiment:
    """Any text as it is, marks and capitals included: a file of yours by its path, or without a download the manual.

    A twentieth at its end is held out. Adam, an embedding of 64 numbers a character. Without a prompt, what it
    writes goes on from the text's first characters.
    """
    data = load_text(text, batch_size, num_steps, max_tokens=max_tokens, valid=0.05, encoding=encoding)
    model = models.recurrent_language_model(
        len(data.vocabulary), num_hiddens, kind="lstm", num_layers=num_layers, embedding_size=64, dropout=dropout
    )
    return Experiment(
        data=data,
        model=model,
        task=LanguageModeling(),
        optimizer=Adam(model.parameters(), lr=lr),
        epochs=epochs,
        clip=1.0,
        sample=writer(data, prompt, 120, temperature=0.8),
    )
