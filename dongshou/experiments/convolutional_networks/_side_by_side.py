"""Two networks on the same images, side by side: their losses in one picture."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from dongshou.drawing import new_panels
from dongshou.training import Drew, Event, Experiment, Finished, Goal, Reported, Series
from dongshou.training.series import Histories, last_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PLAIN, STEADY = "plain", "steady"


THREE_IN_FIVE = Goal(
    "three in five, where chance is one in ten",
    steady_test_accuracy=Reported(0.6),
    plain_test_accuracy=Reported(0.1),
    secondary=("plain_test_accuracy",),
)


def two_starts(
    plain: Callable[..., Experiment], steady: Callable[..., Experiment], num_images: int, data: str, **settings: Any
) -> Series:
    """A network as published, which may stay at chance, and with its start mended, on the first so many images."""

    def limited(make: Callable[..., Experiment]) -> Experiment:
        experiment = make(data=data, **settings)
        experiment.data.limit(num_images)
        return experiment

    parts = {PLAIN: partial(limited, plain), STEADY: partial(limited, steady)}
    return Series(parts, conclude, data=data)


def conclude(histories: Histories) -> Iterator[Event]:
    """The picture, and every result under the name of its part."""
    yield Drew("losses", losses(histories))
    parts = last_of(histories)
    yield Finished({f"{part}_{name}": value for part, results in parts.items() for name, value in results.items()})


def losses(histories: Histories) -> Figure:
    """Training loss on the left, test loss on the right, by epoch, a line for each network."""
    figure, panels = new_panels(["train loss", "test loss"], xlabel="epoch", ylabel="loss", share=True)
    for axes, metric in zip(panels, ("train_loss", "test_loss"), strict=True):
        for name, history in histories.items():
            axes.plot(range(1, len(history) + 1), [metrics[metric] for metrics in history], label=name)
    return figure
