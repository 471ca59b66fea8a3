"""What the experiments with a generator of pictures and its discriminator share."""

from __future__ import annotations

from typing import Annotated

from torch import nn
from torch.optim import Adam

from dongshou.data import Splits
from dongshou.experiments.generative_models._closing import closing
from dongshou.tasks.generative.adversarial import Adversarial
from dongshou.training import Experiment

NumLatents = Annotated[int, "numbers in the noise that a picture is made of"]
Width = Annotated[int, "channels of the maps of half the size; each further half has twice as many"]
DiscriminatorRate = Annotated[float, "step size of the discriminator's optimizer"]
GeneratorRate = Annotated[float, "step size of the generator's optimizer"]


def adversaries(
    pictures: Splits,
    model: nn.Module,
    task: Adversarial,
    rates: tuple[float, float],
    epochs: int,
    betas: tuple[float, float] = (0.5, 0.999),
) -> Experiment:
    """Adam for both networks, a sheet of pictures as the epochs go by, the ends of the scale at last.

    rates  of the discriminator and of the generator
    betas  of Adam: a first moment of 0.5 keeps a contest from swinging (Radford et al., 2016)
    """
    discriminator_lr, generator_lr = rates
    return Experiment(
        data=pictures,
        model=model,
        task=task,
        optimizer={
            "discriminator": Adam(task.discriminator.parameters(), lr=discriminator_lr, betas=betas),
            "generator": Adam(model.parameters(), lr=generator_lr, betas=betas),
        },
        epochs=epochs,
        measure_model=task.watch,
        sample=lambda model: task.draw(model, pictures),
        conclude=closing,
    )
