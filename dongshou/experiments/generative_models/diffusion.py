"""Denoising diffusion: who sees the noise in a picture can draw one out of nothing but noise (Ho et al., 2020)."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Literal

from torch.optim import Adam

from dongshou.errors import UsageError
from dongshou.experiments._shared.schedule import cosine
from dongshou.experiments._shared.settings import BatchSize, Epochs, ImageSet, ImageSize, LearningRate
from dongshou.experiments.generative_models._guidance import check_samples, judged
from dongshou.experiments.generative_models._pictures import drawn_from, eyes_for
from dongshou.models.diffusion import NoiseSchedule, cosine_schedule, denoising_unet, linear_schedule
from dongshou.tasks.generative.denoising import Denoising
from dongshou.tasks.generative.judge import PictureJudge
from dongshou.tasks.generative.sampler import Sampler
from dongshou.tasks.weight_average import WeightAverage
from dongshou.training import Experiment, Goal, Reported

Channels = Annotated[tuple[int, ...], "channels of each level of the U-Net, each half as high and wide"]
Patch = Annotated[int, "side of the blocks of pixels that the U-Net takes as one"]
Noising = Annotated[Literal["cosine", "linear"], "how noise grows from step to step"]
NoiseSteps = Annotated[int, "steps in which a picture becomes noise"]
SamplingSteps = Annotated[int, "steps of DDIM in which noise becomes a picture"]
Guidance = Annotated[float, "how far what was asked for is exaggerated; 0: not at all"]
Forgetting = Annotated[float, "share of the examples whose condition is left out"]
NumSamples = Annotated[int, "pictures that are judged at the end, at each guidance"]
AverageDecay = Annotated[float, "share of the average of the weights that a step keeps"]

SCHEDULES = {"cosine": cosine_schedule, "linear": linear_schedule}


@Goal("19 of 20 are read as what was asked for", read_accuracy=Reported(0.95))
def experiment(
    data: ImageSet = "digits",
    size: ImageSize = 8,
    channels: Channels = (32, 64),
    patch: Patch = 1,
    noising: Noising = "cosine",
    noise_steps: NoiseSteps = 1000,
    sampling_steps: SamplingSteps = 25,
    guidance: Guidance = 0.75,
    forgetting: Forgetting = 0.1,
    num_samples: NumSamples = 1000,
    average_decay: AverageDecay = 0.999,
    batch_size: BatchSize = 64,
    lr: LearningRate = 2e-3,
    epochs: Epochs = 60,
) -> Experiment:
    """The digits of scikit-learn, 8x8: sevens within a minute, `dongshou predict diffusion 7` draws some.

    read_accuracy: share of the pictures that a LeNet, trained on the real ones, reads as what was asked for;
    diversity, frechet_lenet: as other networks that draw are judged. All at guidances from 0 to 3.5.
    Raises UsageError for data without classes.
    """
    check_samples(num_samples)
    images = drawn_from(data, batch_size, size)  # (batch, 1, 8, 8) of values -1..1, (batch,)
    if not images.classes:
        raise UsageError(f"A class can be asked for only of data that has some; {data} has none: take dcgan.")
    model = denoising_unet(images.shape[0], len(images.classes), channels=channels, patch=patch)
    task = Denoising(
        Sampler(schedule_of(noising, noise_steps), sampling_steps, guidance),
        WeightAverage(model, average_decay),
        images.shape,
        forgetting,
    )
    return Experiment(
        data=images,
        model=model,
        task=task,
        optimizer=Adam(model.parameters(), lr=lr),
        epochs=epochs,
        schedule=cosine(epochs, warmup_epochs=1),
        sample=lambda _: task.samples(images, sampler=quick(task.sampler)),
        conclude=partial(judged, judge=PictureJudge(eyes_for(data)), num_samples=num_samples),
    )


def mnist(
    data: ImageSet = "mnist",
    noising: Noising = "cosine",
    sampling_steps: SamplingSteps = 25,
    guidance: Guidance = 0.75,
    num_samples: NumSamples = 1000,
    batch_size: BatchSize = 128,
    lr: LearningRate = 2e-3,
    epochs: Epochs = 5,
) -> Experiment:
    """MNIST or Fashion-MNIST at 28x28, in blocks of 2x2 pixels."""
    return experiment(
        data=data,
        size=28,
        patch=2,
        noising=noising,
        sampling_steps=sampling_steps,
        guidance=guidance,
        num_samples=num_samples,
        batch_size=batch_size,
        lr=lr,
        epochs=epochs,
    )


def schedule_of(noising: str, noise_steps: int) -> NoiseSchedule:
    return SCHEDULES[noising](noise_steps)


def quick(sampler: Sampler) -> Sampler:
    """For a look on the way."""
    return Sampler(sampler.schedule, min(10, sampler.num_steps), sampler.guidance)
