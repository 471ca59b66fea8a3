"""Optimisers: how a gradient changes its parameter. They work on arrays; nobody derives their steps."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from dongshou.autograd.recording import no_grad
from dongshou.autograd.tensors import Array, Tensor


class Optimizer:
    """Keeps the parameters and, for each, what its rule of update remembers."""

    def __init__(self, parameters: Iterable[Tensor], lr: float) -> None:
        self.parameters = list(parameters)
        self.lr = lr

    def zero_grad(self) -> None:
        for parameter in self.parameters:
            parameter.grad = None

    def step(self) -> None:
        """Move every parameter that has a gradient."""
        with no_grad():
            for position, parameter in enumerate(self.parameters):
                if parameter.grad is not None:
                    parameter[...] = parameter.data - self.change(position, parameter.grad.data)

    def change(self, position: int, gradient: Array) -> Array:
        """What to subtract from the parameter at that position."""
        raise NotImplementedError


class SGD(Optimizer):
    """w <- w - lr v with v <- momentum v + g (Polyak, 1964); without momentum v = g."""

    def __init__(self, parameters: Iterable[Tensor], lr: float, momentum: float = 0.0) -> None:
        super().__init__(parameters, lr)
        self.momentum = momentum
        self.velocities = [np.zeros_like(parameter.data) for parameter in self.parameters]

    def change(self, position: int, gradient: Array) -> Array:
        velocity = self.momentum * self.velocities[position] + gradient
        self.velocities[position] = velocity
        return self.lr * velocity


class Adam(Optimizer):
    """w <- w - lr m_t / (sqrt(s_t) + eps), with the averages m of g and s of g^2 (Kingma and Ba, 2015).

    m <- beta1 m + (1 - beta1) g,    m_t = m / (1 - beta1^t)
    s <- beta2 s + (1 - beta2) g^2,  s_t = s / (1 - beta2^t): the averages began at 0, this makes up for it
    """

    def __init__(
        self,
        parameters: Iterable[Tensor],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
    ) -> None:
        super().__init__(parameters, lr)
        self.betas, self.eps = betas, eps
        zeros = [np.zeros_like(parameter.data) for parameter in self.parameters]
        self.means, self.squares, self.times = zeros, list(zeros), [0] * len(zeros)

    def change(self, position: int, gradient: Array) -> Array:
        beta1, beta2 = self.betas
        mean = beta1 * self.means[position] + (1 - beta1) * gradient
        square = beta2 * self.squares[position] + (1 - beta2) * gradient**2
        time = self.times[position] + 1
        self.means[position], self.squares[position], self.times[position] = mean, square, time
        return self.lr * (mean / (1 - beta1**time)) / (np.sqrt(square / (1 - beta2**time)) + self.eps)
