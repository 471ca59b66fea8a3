"""Which language is a name from? A bidirectional GRU reads it from both ends, character by character."""

from __future__ import annotations

from typing import Annotated

from torch.optim import Adam

from dongshou import models
from dongshou.data import load_names
from dongshou.experiments._shared.settings import (
    BatchSize,
    Dropout,
    EmbeddingSize,
    Epochs,
    LearningRate,
    NumHiddens,
    NumLayers,
)
from dongshou.tasks import Classification
from dongshou.training import Experiment, Goal, Reported

LECTURE = 13


@Goal("four in five right", test_accuracy=Reported(0.80))
def experiment(
    data: Annotated[str, "names or countries"] = "names",
    unique: Annotated[bool, "each name once, in the language where it is most frequent"] = True,
    embedding_size: EmbeddingSize = 64,
    num_hiddens: NumHiddens = 128,
    num_layers: NumLayers = 1,
    dropout: Dropout = 0.2,
    batch_size: BatchSize = 64,
    lr: LearningRate = 2e-3,
    epochs: Epochs = 10,
) -> Experiment:
    """Surnames in 18 languages, a fifth of each held out; names in a batch are packed, not read past their end.

    Of 20,050 names many are in the list more than once. Here each counts once in its language; with unique=False
    the test asks for some that were learnt by heart, and is easier.
    """
    names = load_names(data, batch_size, unique=unique, bucketing=True)  # ((batch, longest), (batch,)), (batch,)
    model = models.recurrent_classifier(
        len(names.vocabulary),
        len(names.classes),
        embedding_size=embedding_size,
        num_hiddens=num_hiddens,
        num_layers=num_layers,
        dropout=dropout,
    )
    return Experiment(
        data=names,
        model=model,
        task=Classification(asked_with="text"),
        optimizer=Adam(model.parameters(), lr=lr),
        epochs=epochs,
    )


def countries(num_hiddens: NumHiddens = 128, lr: LearningRate = 2e-3, epochs: Epochs = 10) -> Experiment:
    """The names of the world's countries in many languages, of the Unicode consortium: no download."""
    return experiment(data="countries", num_hiddens=num_hiddens, lr=lr, epochs=epochs)
