"""A Wasserstein GAN: a critic that measures how far off the generator is (Arjovsky, Gulrajani et al., 2017)."""

from __future__ import annotations

from typing import Annotated

from dongshou import models
from dongshou.experiments._shared.settings import BatchSize, Epochs, ImageSize
from dongshou.experiments.generative_models._adversaries import (
    DiscriminatorRate,
    GeneratorRate,
    NumLatents,
    Width,
    adversaries,
)
from dongshou.experiments.generative_models._pictures import Drawn, drawn_from, eyes_for
from dongshou.tasks.generative.adversarial import Adversarial
from dongshou.tasks.generative.contests import Wasserstein
from dongshou.tasks.generative.judge import PictureJudge
from dongshou.training import Experiment, Goal, Reported

Penalty = Annotated[float, "factor of the penalty on slopes of the critic other than 1"]
CriticSteps = Annotated[int, "steps of the critic for each of the generator"]


@Goal("a Fréchet distance below 300", test_frechet_lenet=Reported(300.0))
def experiment(
    data: Drawn = "digits",
    size: ImageSize = 32,
    num_latents: NumLatents = 64,
    width: Width = 16,
    penalty: Penalty = 10.0,
    critic_steps: CriticSteps = 3,
    batch_size: BatchSize = 32,
    discriminator_lr: DiscriminatorRate = 1e-3,
    generator_lr: GeneratorRate = 1e-3,
    epochs: Epochs = 60,
) -> Experiment:
    """DCGAN's networks on the digits of scikit-learn; the critic is not normalised over batches, for its penalty is of
    each picture by itself.

    `test_critic_distance`, how far apart the critic sees real and made pictures, falls with `test_frechet_lenet`.
    """
    pictures = drawn_from(data, batch_size, size)  # (batch, channels, size, size) of values -1..1
    channels = pictures.shape[0]
    model = models.dcgan_generator(num_latents, channels, size=size, width=width)
    critic = models.dcgan_discriminator(channels, size=size, width=width, norm="none")
    task = Adversarial(
        critic, num_latents, PictureJudge(eyes_for(data)), Wasserstein(penalty), generator_every=critic_steps
    )
    return adversaries(pictures, model, task, (discriminator_lr, generator_lr), epochs, betas=(0.0, 0.9))
