"""Optimisers under the names of `torch.optim`: one file an update rule.

torch's Optimizer keeps the parameter groups and the state_dict; every update is written here.
How torch schedules them (foreach, fused, capturable, differentiable) is no part of a rule, and no argument.
"""

from __future__ import annotations

from dongshou.scratch.optim.adagrad import Adagrad
from dongshou.scratch.optim.adam import Adam, AdamW
from dongshou.scratch.optim.rmsprop import RMSprop
from dongshou.scratch.optim.sgd import SGD

__all__ = ["SGD", "Adagrad", "Adam", "AdamW", "RMSprop"]
