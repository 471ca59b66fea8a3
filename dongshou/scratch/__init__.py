"""torch's layers, losses, initialisers and optimisers written out, one formula at a time.

Names, arguments, defaults and random numbers are torch's; inside is tensor arithmetic a learner can read.
`from_scratch(model)` puts these layers under any model, `to_torch(model)` takes them away again.
"""

from __future__ import annotations

from dongshou.scratch import functional, fx, init, nn, optim
from dongshou.scratch.swap import from_scratch, missing_layers, to_torch
from dongshou.scratch.swap_optimizer import optimizer_from_scratch, schedule_from_scratch

__all__ = [
    "from_scratch",
    "functional",
    "fx",
    "init",
    "missing_layers",
    "nn",
    "optim",
    "optimizer_from_scratch",
    "schedule_from_scratch",
    "to_torch",
]


def __dir__() -> list[str]:
    """The public names, without the modules they come from."""
    return sorted(__all__)
