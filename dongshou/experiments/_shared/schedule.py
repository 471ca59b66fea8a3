"""The learning rate over epochs: up in a straight line, down along a cosine."""

from __future__ import annotations

from collections.abc import Callable

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from dongshou.scratch.optim.lr_scheduler import LambdaLR, cosine_with_warmup


def cosine(epochs: int, warmup_epochs: int = 0) -> Callable[[Optimizer], LRScheduler]:
    """From a tenth of the rate to all of it in the warm-up, then a cosine to 0 (Loshchilov and Hutter, 2017)."""
    factor = cosine_with_warmup(min(warmup_epochs, epochs - 1), epochs, start=0.1)
    return lambda optimizer: LambdaLR(optimizer, factor)
