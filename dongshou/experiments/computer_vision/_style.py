"""A picture that is optimised itself, step by step, until it has the content of one and the style of another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from dongshou.data.images.style_pictures import Named, as_image
from dongshou.drawing.sheet import Titled, draw_rows
from dongshou.experiments.computer_vision._features import Features
from dongshou.experiments.computer_vision._pictures import IMAGENET_PIXELS
from dongshou.notes import note
from dongshou.tasks.style import content_loss, gram, style_loss, total_variation
from dongshou.training import Drew, Event, Finished, Kept, Stepped
from dongshou.training.events import Metrics, Snapshot

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Optimization = Literal["adam", "lbfgs"]
MEASURED_EVERY = 10  # steps
PERIOD = 50  # steps, after which the rate falls and the picture is drawn and kept
DECAY = 0.8
INNER = 10  # iterations of L-BFGS within one step
LOSSES = ("content_loss", "style_loss", "tv_loss", "loss")


@dataclass(frozen=True)
class Weights:
    """Of the losses; the metrics are the losses times these."""

    content: float = 1.0
    style: float = 1e4
    tv: float = 10.0


class Transfer:
    """The picture, what it is to look like, and how it is improved.

    pixels   of both pictures, uint8 (3, height, width)
    """

    def __init__(
        self,
        features: Features,
        content: Tensor,
        style: Tensor,
        weights: Weights,
        optimization: Optimization,
        lr: float,
        device: torch.device,
    ) -> None:
        # channels last: on a processor convolutions are a fifth faster so
        self.network = features.network.to(device).to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
        self.num_styles = features.num_styles
        self.prefix = "random_" if features.kind == "random filters" else ""  # losses that compare with no others
        self.weights = torch.tensor([weights.content, weights.style, weights.tv], device=device)
        inputs = normalized(content).to(device)  # (1, 3, height, width)
        with torch.no_grad():
            self.contents = self.network(inputs)[self.num_styles :]
            styles = self.network(normalized(style).to(device))[: self.num_styles]
            self.grams = [gram(one) for one in styles]
        self.picture = nn.Parameter(inputs.clone())
        self.optimizer = optimizer_of(optimization, self.picture, lr)
        self.losses = torch.zeros(3, device=device)  # weighted, of the last step, still on the device

    def step(self) -> None:
        self.optimizer.step(self.loss)  # pyright: ignore[reportCallIssue, reportArgumentType]: torch says float

    def loss(self) -> Tensor:
        """Content, style and total variation, weighted and added; its gradient with respect to the picture is left in
        it."""
        self.optimizer.zero_grad(set_to_none=True)
        seen = self.network(self.picture.contiguous(memory_format=torch.channels_last))
        styles, contents = seen[: self.num_styles], seen[self.num_styles :]
        parts = [content_loss(contents, self.contents), style_loss(styles, self.grams), total_variation(self.picture)]
        losses = torch.stack(parts) * self.weights
        total = losses.sum()
        total.backward()
        self.losses = losses.detach()
        return total

    def metrics(self) -> Metrics:
        values = [*self.losses.tolist(), float(self.losses.sum())]
        return {f"{self.prefix}{name}": value for name, value in zip(LOSSES, values, strict=True)}

    def fall(self) -> None:
        """The rate of Adam falls by a fifth; L-BFGS looks for its own."""
        if isinstance(self.optimizer, torch.optim.Adam):
            for group in self.optimizer.param_groups:
                group["lr"] *= DECAY

    def state(self, step: int) -> dict[str, Any]:
        picture = self.picture.detach().clone()
        return {"step": step, "picture": picture, "optimizer": self.optimizer.state_dict(), "losses": self.losses}

    def go_on(self, state: dict[str, Any]) -> int:
        """From what was kept; the step that it had come to."""
        with torch.no_grad():
            self.picture.copy_(state["picture"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.losses = state["losses"].to(self.losses.device)
        return state["step"]

    @property
    def image(self) -> Tensor:
        """Values 0..1 where the picture has not gone beyond them: (3, height, width)."""
        mean, std = (torch.tensor(one, device=self.picture.device).view(3, 1, 1) for one in IMAGENET_PIXELS)
        return self.picture.detach()[0] * std + mean


def transferred(
    transfer: Transfer, pictures: tuple[Named, Named], num_steps: int, state: dict[str, Any] | None, kind: str
) -> Iterator[Event | Kept]:
    """The steps; the picture drawn and kept after each period of them."""
    content, style = pictures
    note(f"style transfer by the features of {kind}.")
    step = 0 if state is None else transfer.go_on(state)
    if not step:
        yield Drew("picture", as_image(transfer.image), 0, 0)  # pyright: ignore[reportArgumentType]
    while step < num_steps:
        transfer.step()
        step += 1
        epoch = -(-step // PERIOD)
        if step % MEASURED_EVERY == 0 or step == num_steps:
            yield Stepped(step, epoch, num_steps, metrics=transfer.metrics())
        if step % PERIOD == 0 or step == num_steps:
            transfer.fall()
            yield Drew("picture", as_image(transfer.image), step, epoch)  # pyright: ignore[reportArgumentType]
            yield Kept(step, transfer.state(step), epoch)
    metrics = transfer.metrics()
    yield Snapshot("picture", {"pixels": transfer.image.clamp(0, 1).cpu()})
    yield Drew("style_transfer", side_by_side(content, style, transfer.image, kind))
    yield Finished(metrics)


def side_by_side(content: Named, style: Named, image: Tensor, kind: str) -> Figure:
    pictures = [
        Titled(np.asarray(content.picture()) / 255, "content"),
        Titled(np.asarray(style.picture()) / 255, "style"),
        Titled(np.asarray(as_image(image)) / 255, "both"),
    ]
    return draw_rows([pictures], f"Style transfer by the features of {kind}", side=3.0)


def normalized(pixels: Tensor) -> Tensor:
    """uint8 (3, height, width) -> (1, 3, height, width) as the networks of ImageNet expect them."""
    mean, std = (torch.tensor(one).view(3, 1, 1) for one in IMAGENET_PIXELS)
    return ((pixels / 255 - mean) / std)[None].contiguous()  # pixels of a file lie channel by channel at each place


def optimizer_of(optimization: Optimization, picture: nn.Parameter, lr: float) -> Optimizer:
    if optimization == "adam":
        return torch.optim.Adam([picture], lr=lr)
    return torch.optim.LBFGS([picture], lr=1.0, max_iter=INNER, line_search_fn="strong_wolfe")
