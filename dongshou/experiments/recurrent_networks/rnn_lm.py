"""A recurrent network learns the characters of The Time Machine: text from a state and one matrix (Elman, 1990)."""

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

SECTIONS = {"zh": "8.5, 8.6", "en": "9.5, 9.6"}


@printed("concise", 1.3, 1.3, 1.4)
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
    """The book's concise page: 256 units, the first 10,000 characters learnt nearly by heart.

    text is a name of `dongshou data list` or a file of yours; the prompt has to be in its letters.
    """
    return character_model(
        "rnn",
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


@printed("from scratch", 1.0, 1.0, 1.2)
def wide(epochs: Epochs = 500) -> Experiment:
    """The book's page from scratch: 512 units in place of 256."""
    return experiment(num_hiddens=512, epochs=epochs)


def deep(epochs: Epochs = 500) -> Experiment:
    """Two layers: the upper one reads the states of the lower."""
    return experiment(num_layers=2, epochs=epochs)


def bidirectional(epochs: Epochs = 500) -> Experiment:
    """Two layers in both directions, a misuse: the way back has seen the answer (see `lstm-lm:bidirectional`)."""
    return experiment(num_layers=2, bidirectional=True, epochs=epochs)


@printed("from scratch, random sampling", 1.3, 1.4, 1.5)
def random(epochs: Epochs = 500) -> Experiment:
    """512 units, the subsequences in random order: no state is carried from one to the next, and less is learnt."""
    return experiment(num_hiddens=512, sampling="random", epochs=epochs)


def manual(epochs: Epochs = 200) -> Experiment:
    """The manual that comes with every Python in place of the novel: no download."""
    return experiment(text="python-manual", epochs=epochs, prompt="the statement ")
