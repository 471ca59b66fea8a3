"""Our function beside torch's: value, gradient, Jacobian-vector product and second derivatives."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch

from dongshou.autograd import Tensor, concatenate, grad, jvp

Arrays = Sequence[np.ndarray]
Ours = Callable[..., Tensor]
Theirs = Callable[..., torch.Tensor]


def same(ours: Ours, theirs: Theirs, inputs: Arrays, rtol: float = 1e-9) -> None:
    """Requires equal answers for a random seed and random tangents."""
    generator = np.random.default_rng(1)
    tangents = [generator.standard_normal(x.shape) for x in inputs]
    seed = generator.standard_normal(ours(*map(Tensor, inputs)).shape)
    found = our_answers(ours, inputs, seed, tangents)
    expected = torch_answers(theirs, inputs, seed, tangents)
    assert found.keys() == expected.keys()
    for name, answer in found.items():
        np.testing.assert_allclose(answer, expected[name], rtol=rtol, atol=1e-11, err_msg=name)


def our_answers(function: Ours, inputs: Arrays, seed: np.ndarray, tangents: Arrays) -> dict[str, np.ndarray]:
    """First derivatives both ways, and second ones in all four orders of the two modes."""
    tensors = [Tensor(x, requires_grad=True) for x in inputs]

    def gradient(*xs: Tensor) -> tuple[Tensor, ...]:
        return grad(function(*xs), xs, seed, create_graph=True)

    def slope(*xs: Tensor) -> Tensor:
        return jvp(function, xs, tangents)[1]

    def along(*xs: Tensor) -> Tensor:  # with 0 x, because the gradient of a linear function no longer holds x
        return sum(((g * t + 0 * x).sum() for g, t, x in zip(gradient(*xs), tangents, xs, strict=True)), Tensor(0.0))

    value, tangent = jvp(function, inputs, tangents)
    answers = {
        "value": function(*tensors),
        "value beside the tangent": value,
        "tangent": tangent,
        "reverse over reverse": concatenated(grad(along(*tensors), tensors)),
        "reverse over forward": concatenated(grad((slope(*tensors) * seed + zero(tensors)).sum(), tensors)),
        "forward over reverse": jvp(lambda *xs: concatenated(gradient(*xs)), inputs, tangents)[1],
        "forward over forward": jvp(slope, inputs, tangents)[1],
        "gradient": concatenated(gradient(*tensors)),
    }
    return {name: answer.data for name, answer in answers.items()}


def concatenated(tensors: Sequence[Tensor]) -> Tensor:
    return concatenate([x.reshape(-1) for x in tensors])


def zero(tensors: Sequence[Tensor]) -> Tensor:
    return sum(((0 * x).sum() for x in tensors), Tensor(0.0))


def torch_answers(function: Theirs, inputs: Arrays, seed: np.ndarray, tangents: Arrays) -> dict[str, np.ndarray]:
    """Reverse mode throughout: J t is the derivative of g^T J t with respect to g."""
    tensors = [torch.tensor(x, requires_grad=True) for x in inputs]
    directions = [torch.tensor(t) for t in tangents]

    def flat(items: Sequence[torch.Tensor]) -> torch.Tensor:
        return torch.cat([x.reshape(-1) for x in items])

    def slope(output: torch.Tensor) -> torch.Tensor:
        g = torch.zeros_like(output, requires_grad=True)
        return gradients(flat(gradients(output, tensors, g)) @ flat(directions), [g])[0]

    output = function(*tensors)
    gradient = flat(gradients(output, tensors, torch.tensor(seed)))
    second = flat(gradients(gradient @ flat(directions), tensors))
    answers = {
        "value": output,
        "value beside the tangent": output,
        "tangent": slope(output),
        "reverse over reverse": second,
        "reverse over forward": second,
        "forward over reverse": second,  # the matrix of second derivatives is symmetric
        "forward over forward": slope(slope(output)),
        "gradient": gradient,
    }
    return {name: answer.detach().numpy(force=True) for name, answer in answers.items()}


def gradients(
    output: torch.Tensor, inputs: list[torch.Tensor], seed: torch.Tensor | None = None
) -> tuple[torch.Tensor, ...]:
    """Zeros where there is no connection."""
    if not output.requires_grad:
        return tuple(torch.zeros_like(x) for x in inputs)
    seed = torch.ones_like(output) if seed is None else seed
    return torch.autograd.grad(output, inputs, seed, create_graph=True, allow_unused=True, materialize_grads=True)
