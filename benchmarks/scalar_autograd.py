"""The smallest reverse mode: every single number is a node of the graph, as in micrograd."""

from __future__ import annotations

import math


class Scalar:
    """A number, and what its sources contribute to its change: pairs of (source, partial derivative)."""

    def __init__(self, value: float, sources: tuple[tuple[Scalar, float], ...] = ()) -> None:
        self.value = value
        self.sources = sources
        self.gradient = 0.0

    def __add__(self, other: Scalar) -> Scalar:
        return Scalar(self.value + other.value, ((self, 1.0), (other, 1.0)))

    def __sub__(self, other: Scalar) -> Scalar:
        return Scalar(self.value - other.value, ((self, 1.0), (other, -1.0)))

    def __mul__(self, other: Scalar) -> Scalar:
        return Scalar(self.value * other.value, ((self, other.value), (other, self.value)))

    def tanh(self) -> Scalar:
        value = math.tanh(self.value)
        return Scalar(value, ((self, 1 - value * value),))

    def backward(self) -> None:
        """Fill in the gradients, from this number back to the first ones."""
        order: list[Scalar] = []
        seen: set[Scalar] = set()
        waiting = [(self, False)]
        while waiting:
            node, is_done = waiting.pop()
            if is_done:
                order.append(node)
            elif node not in seen:
                seen.add(node)
                waiting.append((node, True))
                waiting.extend((source, False) for source, _ in node.sources)
        self.gradient = 1.0
        for node in reversed(order):
            for source, partial in node.sources:
                source.gradient += partial * node.gradient
