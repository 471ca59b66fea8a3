"""The same scalars and pictures as TensorBoard events, for those who work with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dongshou.errors import UsageError
from dongshou.extras import how_to_install
from dongshou.training import Clipped, Evaluated, Event, Stepped


class TensorBoard:
    """Writes scalars by step and epoch into `tensorboard/` of the run's directory.

    Raises UsageError when the tensorboard package is not installed.
    """

    def __init__(self, directory: Path) -> None:
        try:
            from torch.utils.tensorboard.writer import SummaryWriter
        except ImportError:
            raise UsageError(f"TensorBoard is not installed; run: {how_to_install('tensorboard')}") from None
        self.writer = SummaryWriter(str(directory / "tensorboard"))

    def __enter__(self) -> TensorBoard:
        return self

    def __exit__(self, *error: Any) -> None:
        self.writer.close()

    def __call__(self, event: Event) -> None:
        match event:
            case Stepped(part=part, metrics=metrics, step=step):
                self._scalars(f"{part} by step".strip(), metrics, step)
            case Clipped(part=part, norms=norms, step=step):
                pairs = zip(norms, event.clipped_norms, strict=True)
                for position, (norm, clipped) in enumerate(pairs, step - len(norms) + 1):
                    metrics = {"gradient_norm": norm, "clipped_gradient_norm": clipped}
                    self._scalars(f"{part} by step".strip(), metrics, position)
            case Evaluated(part=part, metrics=metrics, epoch=epoch):
                self._scalars(f"{part} by epoch".strip(), metrics, epoch)

    def _scalars(self, group: str, metrics: dict[str, float], position: int) -> None:
        for name, value in metrics.items():
            self.writer.add_scalar(f"{group}/{name}", value, position)
