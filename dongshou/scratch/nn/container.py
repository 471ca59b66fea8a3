"""torch's own Parameter, Module and containers: they hold and name layers and compute nothing."""

from __future__ import annotations

from torch.nn import Module, ModuleDict, ModuleList, Parameter, Sequential

__all__ = ["Module", "ModuleDict", "ModuleList", "Parameter", "Sequential"]
