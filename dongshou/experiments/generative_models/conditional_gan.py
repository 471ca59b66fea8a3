"""A conditional GAN: both networks are told the class, and a class can be asked for (Mirza and Osindero, 2014)."""

from __future__ import annotations

from dongshou import models
from dongshou.errors import UsageError
from dongshou.experiments._shared.settings import BatchSize, Epochs, ImageSet, ImageSize
from dongshou.experiments.generative_models._adversaries import (
    DiscriminatorRate,
    GeneratorRate,
    NumLatents,
    Width,
    adversaries,
)
from dongshou.experiments.generative_models._pictures import drawn_from, eyes_for
from dongshou.tasks.generative.adversarial import Adversarial
from dongshou.tasks.generative.judge import PictureJudge
from dongshou.training import Experiment, Goal, Reported


@Goal(
    "nine in ten are read as asked for, a Fréchet distance below 100",
    test_read_accuracy=Reported(0.90),
    test_frechet_lenet=Reported(100.0),
)
def experiment(
    data: ImageSet = "digits",
    size: ImageSize = 32,
    num_latents: NumLatents = 64,
    width: Width = 16,
    batch_size: BatchSize = 32,
    discriminator_lr: DiscriminatorRate = 4e-4,
    generator_lr: GeneratorRate = 1e-3,
    epochs: Epochs = 40,
) -> Experiment:
    """DCGAN on the digits of scikit-learn: `dongshou predict conditional-gan 7` draws sevens.

    `test_read_accuracy` is the share of its pictures that a LeNet, trained on real ones, reads as what was asked for.
    Raises UsageError for data without classes.
    """
    pictures = drawn_from(data, batch_size, size)  # (batch, channels, size, size) of values -1..1, (batch,)
    if not pictures.classes:
        raise UsageError(f"A class can be asked for only of data that has some; {data} has none: take dcgan.")
    channels, num_classes = pictures.shape[0], len(pictures.classes)
    model = models.dcgan_generator(num_latents, channels, size=size, width=width, num_classes=num_classes)
    discriminator = models.dcgan_discriminator(channels, size=size, width=width, num_classes=num_classes)
    task = Adversarial(discriminator, num_latents, PictureJudge(eyes_for(data)), by_class=True)
    return adversaries(pictures, model, task, (discriminator_lr, generator_lr), epochs)


def fashion(
    data: ImageSet = "fashion-mnist",
    num_latents: NumLatents = 100,
    width: Width = 16,
    batch_size: BatchSize = 64,
    discriminator_lr: DiscriminatorRate = 2e-4,
    generator_lr: GeneratorRate = 4e-4,
    epochs: Epochs = 4,
) -> Experiment:
    """Fashion-MNIST, or MNIST, at 32x32."""
    return experiment(data, 32, num_latents, width, batch_size, discriminator_lr, generator_lr, epochs)
