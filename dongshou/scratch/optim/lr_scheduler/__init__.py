"""Learning rates that change with time, under the names of `torch.optim.lr_scheduler`: one file an idea.

torch's LRScheduler counts the epochs and sets the rates; what they are is written here. Of most schedules a step
multiplies the rate as it stands: so a rate set by hand lives on, and several schedules of one optimiser multiply.
"""

from __future__ import annotations

from torch.optim.lr_scheduler import LRScheduler

from dongshou.scratch.optim.lr_scheduler.by_function import LambdaLR, MultiplicativeLR, cosine_with_warmup, square_root
from dongshou.scratch.optim.lr_scheduler.cosine import CosineAnnealingLR, CosineAnnealingWarmRestarts
from dongshou.scratch.optim.lr_scheduler.cyclic import CyclicLR
from dongshou.scratch.optim.lr_scheduler.joined import ChainedScheduler, SequentialLR
from dongshou.scratch.optim.lr_scheduler.one_cycle import OneCycleLR
from dongshou.scratch.optim.lr_scheduler.plateau import ReduceLROnPlateau
from dongshou.scratch.optim.lr_scheduler.ramps import ConstantLR, LinearLR, PolynomialLR
from dongshou.scratch.optim.lr_scheduler.stairs import ExponentialLR, MultiStepLR, StepLR

__all__ = [
    "ChainedScheduler",
    "ConstantLR",
    "CosineAnnealingLR",
    "CosineAnnealingWarmRestarts",
    "CyclicLR",
    "ExponentialLR",
    "LRScheduler",
    "LambdaLR",
    "LinearLR",
    "MultiStepLR",
    "MultiplicativeLR",
    "OneCycleLR",
    "PolynomialLR",
    "ReduceLROnPlateau",
    "SequentialLR",
    "StepLR",
    "cosine_with_warmup",
    "square_root",
]
