"""Weight decay where there is more to learn than to learn from: 200 inputs, 20 examples (Krogh and Hertz, 1991)."""

from __future__ import annotations

from collections.abc import Iterator

from torch import nn
from torch.optim import SGD, Optimizer

from dongshou import models
from dongshou.data import Batches, Splits
from dongshou.data.sets import synthetic
from dongshou.data.tables.features import numbers
from dongshou.experiments._shared.half_squared_error import HalfSquaredError
from dongshou.experiments._shared.settings import BatchSize, Epochs, LearningRate, WeightDecay
from dongshou.tasks import Regression
from dongshou.training import Band, Event, Experiment, Finished, Procedure, Progress, Published, Reported, Session, fit
from dongshou.training.events import learnt
from dongshou.training.work import Trained

SECTIONS = {"zh": "4.5", "en": "3.7"}


NUM_INPUTS = 200


@Published(
    "d2l-zh 2.0, 2021-2023",
    test_loss=Band.between(0.071, 0.080, 0.117),
    train_loss=Reported(7e-4, within=0.003),
    w_norm=Reported(0.356, within=0.04, two_sided=True),
)
def experiment(
    decay: WeightDecay = 3.0, lr: LearningRate = 0.003, batch_size: BatchSize = 5, epochs: Epochs = 100
) -> Procedure:
    """y = 0.05 + sum_i 0.01 x_i + e, fitted by a linear model whose weights start at N(0, 1).

    What is minimised is the mean of (y - t)^2 / 2 over the batch, plus decay / 2 |w|^2. The penalty is applied by
    the optimiser, as `weight_decay` on the weights alone, whose gradient, decay w, is the same; the bias is left
    free. The losses reported are (y - t)^2 / 2 without the penalty, and w_norm is |w|.
    """

    def steps(session: Session) -> Iterator[Event]:
        model = linear()
        progress = Progress()
        yield from fit(
            Experiment(
                data=examples(batch_size),
                model=model,
                task=Regression(HalfSquaredError()),
                optimizer=decaying(model, lr, decay),
                epochs=epochs,
            ),
            session,
            progress=progress,
        )
        yield learnt(model.state_dict())
        yield Finished(progress.history[-1] | {"w_norm": model.weight.norm().item()})

    return Procedure(steps, asked=lambda: Trained(examples(batch_size), linear(), Regression()))


@Published(
    "d2l-zh 2.0, 2021-2023",
    test_loss=Band.between(67, 98, 98),
    train_loss=Reported(0.0, within=0.001),
    w_norm=Reported(12.96, within=1.5, two_sided=True),
)
def none(lr: LearningRate = 0.003, batch_size: BatchSize = 5, epochs: Epochs = 100) -> Procedure:
    """No decay: the training examples are learnt by heart, the test examples not at all."""
    return experiment(decay=0.0, lr=lr, batch_size=batch_size, epochs=epochs)


def linear() -> nn.Linear:
    model = models.linear_regression(NUM_INPUTS)
    nn.init.normal_(model.weight)
    nn.init.zeros_(model.bias)
    return model


def decaying(model: nn.Linear, lr: float, decay: float) -> Optimizer:
    """w <- w - lr (gradient + decay w); the bias without decay."""
    return SGD([{"params": [model.weight], "weight_decay": decay}, {"params": [model.bias]}], lr=lr)


def examples(batch_size: int) -> Splits:
    """20 examples to learn from and 100 to be tested on, drawn again by each seed."""
    train, test = synthetic.high_dimensional_linear(20, 100, NUM_INPUTS)
    return Splits(
        train=Batches(*train, batch_size=batch_size, shuffle=True),
        test=Batches(*test, batch_size=100),
        name="high-dimensional linear",
        features=numbers([f"x_{index}" for index in range(NUM_INPUTS)], "y"),
    )
