"""Optimisers under the names of `torch.optim`: one file an update rule.

torch's Optimizer keeps the parameter groups and the state_dict; every update is written here.
How torch is to run a step (foreach, fused, capturable) is accepted and has no effect.
"""

from __future__ import annotations

from dongshou.scratch.optim import lr_scheduler as lr_scheduler
from dongshou.scratch.optim.adadelta import Adadelta
from dongshou.scratch.optim.adafactor import Adafactor
from dongshou.scratch.optim.adagrad import Adagrad
from dongshou.scratch.optim.adam import Adam, AdamW
from dongshou.scratch.optim.adamax import Adamax
from dongshou.scratch.optim.asgd import ASGD
from dongshou.scratch.optim.lbfgs import LBFGS
from dongshou.scratch.optim.muon import Muon
from dongshou.scratch.optim.nadam import NAdam
from dongshou.scratch.optim.radam import RAdam
from dongshou.scratch.optim.rmsprop import RMSprop
from dongshou.scratch.optim.rprop import Rprop
from dongshou.scratch.optim.sgd import SGD
from dongshou.scratch.optim.sparse_adam import SparseAdam

__all__ = [
    "ASGD",
    "Adadelta",
    "Adafactor",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "LBFGS",
    "Muon",
    "NAdam",
    "RAdam",
    "RMSprop",
    "Rprop",
    "SGD",
    "SparseAdam",
]


def __dir__() -> list[str]:
    """The public names, without the modules they come from."""
    return sorted(__all__)
