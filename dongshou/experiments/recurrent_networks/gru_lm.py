"""Gated recurrent units learn the characters of The Time Machine: gates that keep or renew the state (Cho, 2014)."""

from __future__ import annotations

from dongshou.experiments._shared.character_model import PROMPT, character_model, printed
from dongshou.experiments._shared.settings import (
    Bidirectional,
    Encoding,
    Epochs,
    LearningRate,
    NumHiddens,
    NumLayers,
    Prompt,
    Sampling,
    Text,
)
from dongshou.training import Experiment

SECTIONS = {"zh": "9.1", "en": "10.2"}


@printed("concise", 1.0, 1.0, 1.1)
@printed("from scratch", 1.0, 1.1, 1.3)
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
    """The book's settings, those of `rnn-lm`: with gates, the same text is learnt to the letter."""
    return character_model(
        "gru",
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


def deep(epochs: Epochs = 500) -> Experiment:
    """Two layers, twice the learning rate: the upper one reads the states of the lower."""
    return experiment(num_layers=2, lr=2.0, epochs=epochs)


def bidirectional(epochs: Epochs = 500) -> Experiment:
    """Two layers in both directions, a misuse: the way back has seen the answer (see `lstm-lm:bidirectional`)."""
    return experiment(num_layers=2, bidirectional=True, epochs=epochs)


def random(epochs: Epochs = 500) -> Experiment:
    """The subsequences in random order: no state is carried from one to the next."""
    return experiment(sampling="random", epochs=epochs)


def manual(epochs: Epochs = 200) -> Experiment:
    """The manual that comes with every Python in place of the novel: no download."""
    return experiment(text="python-manual", epochs=epochs, prompt="the statement ")
