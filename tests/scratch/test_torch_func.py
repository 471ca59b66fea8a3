"""Our functions and networks under torch.func, under torch.compile's rules, and in half precision, beside torch's."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.func import functional_call, grad, hessian, jacfwd, jacrev, jvp, vmap

from dongshou.scratch import from_scratch, functional

pytestmark = [  # of torch's own inner workings
    pytest.mark.filterwarnings("ignore:.*torch.jit.script:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:.*should not be instantiated:DeprecationWarning"),
]
SMOOTH = ["gelu", "elu", "celu", "selu", "silu", "mish", "softplus", "sigmoid", "logsigmoid", "hardswish", "tanh"]


def network() -> nn.Sequential:
    torch.manual_seed(0)
    layers = [
        nn.Embedding(7, 6),
        nn.LayerNorm(6),
        nn.Linear(6, 5),
        nn.GELU(),
        nn.PReLU(),
        nn.Flatten(),
        nn.Linear(15, 4),
    ]
    return nn.Sequential(*layers).double()


def per_example_gradients(model: nn.Module, cross_entropy) -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(1)
    words, labels = (torch.randint(size, shape, generator=generator) for size, shape in ((7, (9, 3)), (4, (9,))))

    def loss(parameters, word, label):
        return cross_entropy(functional_call(model, parameters, (word.unsqueeze(0),)), label.unsqueeze(0))

    parameters = {name: parameter.detach() for name, parameter in model.named_parameters()}
    return vmap(grad(loss), in_dims=(None, 0, 0))(parameters, words, labels)


def test_gradients_of_each_example():
    theirs = per_example_gradients(network(), nn.functional.cross_entropy)
    ours = per_example_gradients(from_scratch(network()), functional.cross_entropy)
    torch.testing.assert_close(ours, theirs)
    assert all(len(gradient) == 9 for gradient in ours.values())


@pytest.mark.parametrize("name", SMOOTH)
def test_all_orders_of_differentiation(name):
    x = torch.tensor([-6.0, -1.5, -0.3, 0.2, 1.1, 8.0], dtype=torch.float64)
    ours, theirs = getattr(functional, name), getattr(nn.functional, name)
    for transform in (jacrev, jacfwd, hessian):
        torch.testing.assert_close(
            transform(lambda x: ours(x).square().sum())(x), transform(lambda x: theirs(x).square().sum())(x)
        )
    torch.testing.assert_close(jacfwd(jacrev(ours))(x), jacfwd(jacrev(theirs))(x))
    torch.testing.assert_close(jvp(ours, (x,), (x.cos(),)), jvp(theirs, (x,), (x.cos(),)))
    torch.testing.assert_close(vmap(grad(lambda x: grad(ours)(x)))(x), vmap(grad(lambda x: grad(theirs)(x)))(x))


@pytest.mark.parametrize("name", SMOOTH)
def test_the_directions_of_a_batch(name):
    """Gradients of many directions at one place: only the directions are a batch."""
    x = torch.linspace(-3, 3, 5, dtype=torch.float64, requires_grad=True)
    directions = torch.eye(5, dtype=torch.float64)
    ours, theirs = (
        torch.autograd.grad(getattr(of, name)(x), x, directions, is_grads_batched=True)
        for of in (functional, nn.functional)
    )
    torch.testing.assert_close(ours, theirs)


def test_nothing_saved_is_overwritten():
    """A second backward pass through the same graph gives the same again, and leaves the gradient that it was given."""
    for name in [*SMOOTH, "relu", "leaky_relu", "hardtanh", "hardsigmoid", "softshrink"]:
        x = torch.randn(5, 3, requires_grad=True)
        output = getattr(functional, name)(x)
        direction = torch.randn(5, 3)
        before, input = direction.clone(), x.detach().clone()
        first = torch.autograd.grad(output, x, direction, retain_graph=True)[0].clone()
        second = torch.autograd.grad(output, x, direction)[0]
        assert torch.equal(first, second), name
        assert torch.equal(direction, before) and torch.equal(x, input), name


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_over_wide_ranges(dtype):
    x = torch.cat([torch.linspace(-60, 60, 121), torch.tensor([11.1, 12.5, -11.1, 300.0, -300.0])]).to(dtype)
    functions = {name: getattr(functional, name) for name in SMOOTH if name != "hardswish"}
    theirs = {name: getattr(nn.functional, name) for name in functions}
    functions["gelu tanh"] = lambda x: functional.gelu(x, approximate="tanh")
    theirs["gelu tanh"] = lambda x: nn.functional.gelu(x, approximate="tanh")
    for name, ours in functions.items():
        for function, of in ((ours, "ours"), (theirs[name], "theirs")):
            leaf = x.clone().requires_grad_()
            output = function(leaf)
            output.sum().backward()
            if of == "ours":
                answer = output.detach(), leaf.grad
        torch.testing.assert_close(answer, (output.detach(), leaf.grad), msg=lambda m, name=name: f"{name}: {m}")
    many = torch.zeros(100_000, dtype=dtype)
    torch.testing.assert_close(functional.softmax(many, 0), nn.functional.softmax(many, 0))


def test_losses_under_autocast_are_float32():
    logits, labels = torch.randn(6, 4).bfloat16(), torch.tensor([0, 3, 1, 2, 2, 0])
    with torch.autocast("cpu", torch.bfloat16):
        for ours, theirs in (
            (functional.cross_entropy(logits, labels), nn.functional.cross_entropy(logits, labels)),
            (functional.mse_loss(logits, logits.flip(0)), nn.functional.mse_loss(logits, logits.flip(0))),
        ):
            assert ours.dtype == theirs.dtype == torch.float32
            torch.testing.assert_close(ours, theirs)
        assert torch.is_autocast_enabled("cpu")
    assert functional.cross_entropy(logits, labels).dtype == torch.bfloat16


def test_forward_mode_without_torch_func():
    from torch.autograd import forward_ad

    x = torch.randn(4, 3, dtype=torch.float64)
    with forward_ad.dual_level():
        dual = forward_ad.make_dual(x, x.cos())
        for name in ("gelu", "elu", "relu", "prelu"):
            weight = (torch.tensor([0.2], dtype=torch.float64),) if name == "prelu" else ()
            ours, theirs = (
                forward_ad.unpack_dual(getattr(of, name)(dual, *weight)).tangent for of in (functional, nn.functional)
            )
            torch.testing.assert_close(ours, theirs)


def test_within_torch_compile_the_same_values():
    """With the back end that only traces: graph breaks are errors."""
    x = torch.randn(4, 6, requires_grad=True)

    def several(x):
        return functional.mish(functional.gelu(x)) + functional.silu(functional.leaky_relu(x)) * functional.elu(x)

    compiled = torch.compile(several, backend="aot_eager", fullgraph=True)
    output, expected = compiled(x), several(x)
    torch.testing.assert_close(output, expected)
    torch.testing.assert_close(torch.autograd.grad(output.sum(), x), torch.autograd.grad(expected.sum(), x))
    with torch.no_grad():
        torch.testing.assert_close(compiled(x), expected)
