"""DCGAN: convolutions learn to draw by not being found out (Radford, Metz and Chintala, 2016)."""

from __future__ import annotations

from torch import nn

from dongshou import models
from dongshou.experiments._shared.settings import BatchSize, Epochs, ImageSize, LearningRate
from dongshou.experiments.generative_models._adversaries import (
    DiscriminatorRate,
    GeneratorRate,
    NumLatents,
    Width,
    adversaries,
)
from dongshou.experiments.generative_models._pictures import Drawn, drawn_from, eyes_for
from dongshou.tasks.generative.adversarial import Adversarial
from dongshou.tasks.generative.judge import PictureJudge
from dongshou.training import Band, Experiment, Goal, Published, Reported

SECTIONS = {"en": "20.2"}


@Goal("a Fréchet distance below 100", test_frechet_lenet=Reported(100.0))
def experiment(
    data: Drawn = "digits",
    size: ImageSize = 32,
    num_latents: NumLatents = 64,
    width: Width = 16,
    batch_size: BatchSize = 32,
    discriminator_lr: DiscriminatorRate = 4e-4,
    generator_lr: GeneratorRate = 1e-3,
    epochs: Epochs = 40,
) -> Experiment:
    """The digits of scikit-learn at 32x32, by narrow layers: pictures after a minute on a core.

    Any folder of pictures is as good: --data FOLDER --size 64 --width 64. `test_frechet_lenet` is the Fréchet distance
    to the test set, of features that a LeNet has for such pictures; `frechet_of_train` and `frechet_of_noise`, the
    distances of the training set and of noise, are the ends of its scale.
    """
    pictures = drawn_from(data, batch_size, size)  # (batch, channels, size, size) of values -1..1
    channels = pictures.shape[0]
    model = models.dcgan_generator(num_latents, channels, size=size, width=width)
    discriminator = models.dcgan_discriminator(channels, size=size, width=width)
    task = Adversarial(discriminator, num_latents, PictureJudge(eyes_for(data)))
    return adversaries(pictures, model, task, (discriminator_lr, generator_lr), epochs)


def fashion(
    data: Drawn = "fashion-mnist",
    num_latents: NumLatents = 100,
    width: Width = 16,
    batch_size: BatchSize = 64,
    discriminator_lr: DiscriminatorRate = 2e-4,
    generator_lr: GeneratorRate = 4e-4,
    epochs: Epochs = 4,
) -> Experiment:
    """Fashion-MNIST, or MNIST, at 32x32."""
    return experiment(data, 32, num_latents, width, batch_size, discriminator_lr, generator_lr, epochs)


@Published(
    "d2l-en 1.0.3, on Pokemon",
    train_discriminator_loss=Band.between(0.021, 0.065, 0.313),
    train_generator_loss=Band.between(6.2, 7.43, 8.5),
    secondary=("train_discriminator_loss", "train_generator_loss"),  # of pictures that are not here
)
def book(
    data: Drawn = "cifar10-tiny",
    num_latents: NumLatents = 100,
    batch_size: BatchSize = 256,
    lr: LearningRate = 0.005,
    epochs: Epochs = 20,
) -> Experiment:
    """The book's settings, 64x64: Adam at 0.005, every weight of N(0, 0.02^2), the first convolution normalised too.

    The band belongs to the book's 40,000 pictures of Pokemon: name their folder with --data FOLDER.
    """
    pictures = drawn_from(data, batch_size, size=64)  # (batch, channels, 64, 64) of values -1..1
    channels = pictures.shape[0]
    model = models.dcgan_generator(num_latents, channels)
    discriminator = models.dcgan_discriminator(channels, norm_first=True)
    for parameter in (*model.parameters(), *discriminator.parameters()):
        nn.init.normal_(parameter, 0, 0.02)
    task = Adversarial(discriminator, num_latents, PictureJudge(eyes_for(data)))
    return adversaries(pictures, model, task, (lr, lr), epochs)
