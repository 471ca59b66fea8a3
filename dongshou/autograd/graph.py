"""The computational graph as a picture: every tensor with its value, and the gradient of the output there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dongshou.autograd.operator import history, leaves
from dongshou.autograd.recording import no_grad
from dongshou.autograd.reverse import walk_back
from dongshou.autograd.svg import draw
from dongshou.autograd.tensors import Tensor

MOST_NUMBERS = 4  # an array of more is shown by its shape


@dataclass(frozen=True)
class Node:
    """A tensor: the operator that made it or its own name, its value, and its gradient or ""."""

    title: str
    value: str
    gradient: str
    is_leaf: bool

    @property
    def lines(self) -> list[str]:
        return [line for line in (self.title, self.value, self.gradient) if line]


@dataclass(frozen=True)
class Graph:
    """Nodes in the order of computation, and edges (from, to) by position. A notebook shows it as SVG."""

    nodes: list[Node]
    edges: list[tuple[int, int]]

    @property
    def dot(self) -> str:
        """The graph in the language of Graphviz."""
        boxes = [
            f'  n{i} [shape={"box" if node.is_leaf else "ellipse"}, label="{escaped(node)}"];'
            for i, node in enumerate(self.nodes)
        ]
        arrows = [f"  n{start} -> n{end};" for start, end in self.edges]
        return "\n".join(["digraph {", "  rankdir=LR;", *boxes, *arrows, "}"]) + "\n"

    @property
    def svg(self) -> str:
        """The graph as a picture."""
        return draw([node.lines for node in self.nodes], [node.is_leaf for node in self.nodes], self.edges)

    def _repr_svg_(self) -> str:
        return self.svg


def escaped(node: Node) -> str:
    return "\\n".join(line.replace("\\", "\\\\").replace('"', '\\"') for line in node.lines)


def graph(output: Tensor) -> Graph:
    """The graph of the output's computation, with values and with the gradients of its sum."""
    made = history([output])
    with no_grad():
        seeds = {output: Tensor(np.ones_like(output.data))}
        gradients = walk_back(seeds, leaves([output])) if made else {}
    origins = [x for _, record in made for x in record.inputs if x.record is None]
    tensors = [*dict.fromkeys(origins), *(tensor for tensor, _ in made)] or [output]
    position = {tensor: i for i, tensor in enumerate(tensors)}
    nodes = [
        Node(title_of(x), shown(x), f"grad {shown(gradients[x])}" if x in gradients else "", x.record is None)
        for x in tensors
    ]
    return Graph(nodes, [(position[x], position[tensor]) for tensor, record in made for x in record.inputs])


def title_of(x: Tensor) -> str:
    operator = x.record.operator.name if x.record else ""
    return f"{x.name} = {operator}" if x.name and operator else x.name or operator or "constant"


def shown(x: Tensor) -> str:
    """A few numbers as they are, more by their shape."""
    if x.size > MOST_NUMBERS:
        return " x ".join(str(size) for size in x.shape)
    return np.array2string(x.data, precision=4, separator=", ", floatmode="maxprec").replace("\n", "")
