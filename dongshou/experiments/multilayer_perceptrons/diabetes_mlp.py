"""A small sigmoid network on the Pima diabetes data: eight measurements, one probability (Smith et al., 1988)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.optim import Adam

from dongshou import models
from dongshou.data import Batches, Splits
from dongshou.data.sets import diabetes_pima
from dongshou.data.tables.features import numbers
from dongshou.experiments._shared.settings import BatchSize, Epochs, Hidden, LearningRate
from dongshou.tasks import BinaryClassification
from dongshou.training import Experiment, Goal, Reported

LECTURE = 7


TEST_PART = 0.2


# the answers of two models that need no network, on the same patients
@Goal("better than the majority class", test_accuracy=Reported(0.6494))
@Goal("as good as scikit-learn's logistic regression", test_accuracy=Reported(0.7792, within=0.02))
def experiment(
    hidden: Hidden = (6, 4), batch_size: BatchSize = 32, lr: LearningRate = 0.01, epochs: Epochs = 100
) -> Experiment:
    """8-6-4-1, a sigmoid after every layer, binary cross-entropy, Adam; one patient in five is held out.

    The held-out part is the same under every seed. Beside the network stand, on the same patients, the answer
    "no diabetes" to everyone and scikit-learn's logistic regression.
    """
    patients, others = held_out()
    train, test = standardized(patients, others)
    model = nn.Sequential(*models.mlp(train[0].shape[1], hidden, 1, activation="sigmoid"), nn.Sigmoid())
    return Experiment(
        data=Splits(
            train=Batches(*train, batch_size=batch_size, shuffle=True),
            test=Batches(*test, batch_size=len(test[0])),
            name="diabetes-pima",
            classes=diabetes_pima.CLASSES,
            features=numbers(diabetes_pima.FEATURES, "diabetes", patients[0].mean(0), patients[0].std(0)),
            files="diabetes-pima",
        ),
        model=model,
        task=BinaryClassification(nn.BCELoss()),
        optimizer=Adam(model.parameters(), lr=lr),
        epochs=epochs,
    )


Part = tuple[Tensor, Tensor]  # measurements (patients, 8), labels 0.0 or 1.0 (patients, 1)


def held_out() -> tuple[Part, Part]:
    """Patients to learn from and patients to be tested on, with the same share of diabetes in both."""
    from sklearn.model_selection import train_test_split  # here: importing scikit-learn takes a second

    features, labels = diabetes_pima.read()
    rows = train_test_split(range(len(labels)), test_size=TEST_PART, stratify=labels, random_state=0)
    train, test = (torch.tensor(part) for part in rows)
    targets = labels.float().unsqueeze(1)
    return (features[train], targets[train]), (features[test], targets[test])


def standardized(train: Part, test: Part) -> tuple[Part, Part]:
    """(x - mean) / std, both taken over the training part alone: the test part is not to be known."""
    mean, std = train[0].mean(0), train[0].std(0)  # (8,)
    return ((train[0] - mean) / std, train[1]), ((test[0] - mean) / std, test[1])
