"""torch.fx on models with our layers: each layer is one node of the graph, as torch's are.

torch's own tracer takes for a leaf what is defined in torch.nn, and would trace into ours, whose checks of shapes it
cannot follow. A graph that was traced before `from_scratch` needs none of this: its layers are swapped as any others.
"""

from __future__ import annotations

from typing import Any

from torch import fx
from torch.nn import Module

from dongshou.scratch.nn.container import Layer


class Tracer(fx.Tracer):
    """torch's tracer, for which a layer of ours is a leaf as well."""

    def is_leaf_module(self, m: Module, module_qualified_name: str) -> bool:
        return isinstance(m, Layer) or super().is_leaf_module(m, module_qualified_name)


def symbolic_trace(root: Module, concrete_args: dict[str, Any] | None = None) -> fx.GraphModule:
    """`torch.fx.symbolic_trace` of a model that may hold our layers."""
    graph = Tracer().trace(root, concrete_args)
    return fx.GraphModule(root, graph, type(root).__name__)
