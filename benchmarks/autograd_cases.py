"""The cases of `benchmarks.autograd`: what is trained, by ours, by a scalar engine and by HIPS autograd."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.scalar_autograd import Scalar
from dongshou.autograd import Tensor, avg_pool2d, conv2d, nn, optim, relu, tanh

Array = np.ndarray
Step = Callable[[], float]  # takes one step of training, returns the loss before it
LR = 0.1


# The work: weights, inputs, labels


def random_weights(*shapes: tuple[int, ...]) -> list[Array]:
    generator = np.random.default_rng(0)
    return [generator.uniform(-1, 1, shape) / np.sqrt(np.prod(shape[1:])) for shape in shapes]


def scalar_work() -> tuple[list[Array], Array, Array]:
    generator = np.random.default_rng(1)
    return random_weights((16, 8), (16,), (1, 16), (1,)), generator.random((4, 8)), generator.random((4, 1))


def mlp_work() -> tuple[list[Array], Array, Array]:
    generator = np.random.default_rng(1)
    weights = random_weights((128, 64), (128,), (10, 128), (10,))
    return weights, generator.random((64, 64)), generator.integers(0, 10, 64)


def lenet_work() -> tuple[list[Array], Array, Array]:
    generator = np.random.default_rng(1)
    shapes = [(6, 1, 5, 5), (6,), (16, 6, 5, 5), (16,), (120, 400), (120,), (84, 120), (84,), (10, 84), (10,)]
    return random_weights(*shapes), generator.random((64, 1, 28, 28)), generator.integers(0, 10, 64)


# Ours


def step_of(weights: list[Array], loss_of: Callable[[list[Tensor]], Tensor]) -> Step:
    parameters = [Tensor(w, requires_grad=True) for w in weights]
    optimizer = optim.SGD(parameters, LR)

    def step() -> float:
        loss = loss_of(parameters)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def small_mlp(weights: list[Array], inputs: Array, targets: Array) -> Step:
    def loss_of(w: list[Tensor]) -> Tensor:
        return ((tanh(Tensor(inputs) @ w[0].T + w[1]) @ w[2].T + w[3] - targets) ** 2).sum()

    return step_of(weights, loss_of)


def mlp(weights: list[Array], inputs: Array, labels: Array) -> Step:
    def loss_of(w: list[Tensor]) -> Tensor:
        return nn.cross_entropy(relu(Tensor(inputs) @ w[0].T + w[1]) @ w[2].T + w[3], labels)

    return step_of(weights, loss_of)


def lenet(weights: list[Array], images: Array, labels: Array) -> Step:
    def loss_of(w: list[Tensor]) -> Tensor:
        x = avg_pool2d(tanh(conv2d(Tensor(images), w[0], w[1], padding=2)), 2)
        x = nn.flatten(avg_pool2d(tanh(conv2d(x, w[2], w[3])), 2))
        x = tanh(tanh(x @ w[4].T + w[5]) @ w[6].T + w[7])
        return nn.cross_entropy(x @ w[8].T + w[9], labels)

    return step_of(weights, loss_of)


# A scalar engine


def small_mlp_scalar(weights: list[Array], inputs: Array, targets: Array) -> Step:
    parameters = [[[Scalar(v) for v in row] for row in np.atleast_2d(w).tolist()] for w in weights]

    def layer(x: list[Scalar], weight: list[list[Scalar]], bias: list[Scalar]) -> list[Scalar]:
        return [sum((w * v for w, v in zip(row, x, strict=True)), b) for row, b in zip(weight, bias, strict=True)]

    def step() -> float:
        loss = Scalar(0.0)
        for row, (target,) in zip(inputs.tolist(), targets.tolist(), strict=True):
            hidden = [h.tanh() for h in layer([Scalar(v) for v in row], parameters[0], parameters[1][0])]
            difference = layer(hidden, parameters[2], parameters[3][0])[0] - Scalar(target)
            loss += difference * difference
        loss.backward()
        for scalar in (scalar for matrix in parameters for row in matrix for scalar in row):
            scalar.value -= LR * scalar.gradient
            scalar.gradient = 0.0
        return loss.value

    return step


# HIPS autograd


def hips_step(weights: list[Array], loss_of: Callable[..., Any]) -> Step:
    from autograd import value_and_grad

    parameters = [w.copy() for w in weights]
    differentiate = value_and_grad(loss_of)

    def step() -> float:
        loss, gradients = differentiate(parameters)
        for w, g in zip(parameters, gradients, strict=True):
            w -= LR * g
        return float(loss)

    return step


def hips_cross_entropy(logits: Any, labels: Array) -> Any:
    import autograd.numpy as anp
    from autograd.scipy.special import logsumexp

    return anp.mean(logsumexp(logits, axis=1) - logits[np.arange(len(labels)), labels])


def hips_mlp(weights: list[Array], inputs: Array, labels: Array) -> Step:
    import autograd.numpy as anp

    def loss_of(w: list[Array]) -> Any:
        hidden = anp.maximum(anp.dot(inputs, w[0].T) + w[1], 0.0)
        return hips_cross_entropy(anp.dot(hidden, w[2].T) + w[3], labels)

    return hips_step(weights, loss_of)


def hips_lenet_convolve(weights: list[Array], images: Array, labels: Array) -> Step:
    """With the convolution that comes with it."""
    from autograd.scipy.signal import convolve

    def convolution(x: Any, weight: Any) -> Any:  # scipy turns the kernel around
        return convolve(x, weight[:, :, ::-1, ::-1], axes=([2, 3], [2, 3]), dot_axes=([1], [1]), mode="valid")

    return hips_lenet(convolution, weights, images, labels)


def hips_lenet_windows(weights: list[Array], images: Array, labels: Array) -> Step:
    """With the windows laid out by slicing, and one product of matrices."""
    import autograd.numpy as anp

    def convolution(x: Any, weight: Any) -> Any:
        size = weight.shape[2]
        rows, columns = x.shape[2] - size + 1, x.shape[3] - size + 1
        shifted = [x[:, :, i : i + rows, j : j + columns] for i in range(size) for j in range(size)]
        patches = anp.stack(shifted, axis=2)  # (batch, in, size * size, rows, columns)
        flat = anp.reshape(patches, (len(x), -1, rows * columns))
        out = anp.matmul(anp.reshape(weight, (len(weight), -1)), flat)
        return anp.reshape(out, (len(x), len(weight), rows, columns))

    return hips_lenet(convolution, weights, images, labels)


def hips_lenet(convolution: Callable[..., Any], weights: list[Array], images: Array, labels: Array) -> Step:
    import autograd.numpy as anp

    padded = np.pad(images, ((0, 0), (0, 0), (2, 2), (2, 2)))

    def pool(x: Any) -> Any:
        batch, channels, height, width = x.shape
        return anp.mean(anp.reshape(x, (batch, channels, height // 2, 2, width // 2, 2)), axis=(3, 5))

    def loss_of(w: list[Array]) -> Any:
        x = pool(anp.tanh(convolution(padded, w[0]) + anp.reshape(w[1], (-1, 1, 1))))
        x = pool(anp.tanh(convolution(x, w[2]) + anp.reshape(w[3], (-1, 1, 1))))
        x = anp.reshape(x, (len(images), -1))
        x = anp.tanh(anp.dot(anp.tanh(anp.dot(x, w[4].T) + w[5]), w[6].T) + w[7])
        return hips_cross_entropy(anp.dot(x, w[8].T) + w[9], labels)

    return hips_step(weights, loss_of)
