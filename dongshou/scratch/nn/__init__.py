"""Layers and losses under the names of `torch.nn`, each a Module around a formula of `functional`."""

from __future__ import annotations

from dongshou.scratch.nn.activation import GELU, LeakyReLU, LogSoftmax, ReLU, Sigmoid, Softmax, Tanh
from dongshou.scratch.nn.container import Module, ModuleDict, ModuleList, Parameter, Sequential
from dongshou.scratch.nn.dropout import Dropout
from dongshou.scratch.nn.linear import Flatten, Identity, Linear, Unflatten
from dongshou.scratch.nn.loss import (
    BCELoss,
    BCEWithLogitsLoss,
    CrossEntropyLoss,
    L1Loss,
    MSELoss,
    NLLLoss,
)

__all__ = [
    "BCELoss",
    "BCEWithLogitsLoss",
    "CrossEntropyLoss",
    "Dropout",
    "Flatten",
    "GELU",
    "Identity",
    "L1Loss",
    "LeakyReLU",
    "Linear",
    "LogSoftmax",
    "MSELoss",
    "Module",
    "ModuleDict",
    "ModuleList",
    "NLLLoss",
    "Parameter",
    "ReLU",
    "Sequential",
    "Sigmoid",
    "Softmax",
    "Tanh",
    "Unflatten",
]
