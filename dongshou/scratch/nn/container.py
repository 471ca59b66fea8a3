"""What all layers are made of: torch's own Module, Parameter and containers, which compute nothing, and Layer."""

from __future__ import annotations

from typing import Any, NoReturn

import torch
from torch.nn import Module, ModuleDict, ModuleList, Parameter, Sequential

from dongshou.errors import DongshouError

__all__ = ["Layer", "Module", "ModuleDict", "ModuleList", "Parameter", "Sequential", "torch_nn"]

torch_nn: Any = torch.nn  # untyped, because torch declares its layers' attributes more narrowly than it uses them


class Layer(Module):
    """The first base of every layer here; the second is the layer of torch.nn of the same name.

    The second base is there for whoever looks for layers by class: `isinstance(layer, torch.nn.Linear)` holds, and
    initialisers, weight averaging and pruning find ours. Nothing is computed by it: Python takes a method from the
    first base that has it, and every layer brings a constructor and a forward of its own, as do all helpers that
    compute. What is left to torch's class is reading states that an older torch has saved.
    """

    def __init__(self) -> None:
        Module.__init__(self)  # not super(): that would be the constructor of torch's layer

    def __prepare_scriptable__(self) -> NoReturn:
        """What torch.jit.script asks of a module first. Raises DongshouError."""
        cure = "call to_torch(model) first, or use torch.compile, torch.export or torch.jit.trace"
        raise DongshouError(f"TorchScript cannot compile {type(self).__name__} of dongshou.scratch: {cure}.")
