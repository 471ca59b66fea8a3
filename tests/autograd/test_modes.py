"""Reverse and forward mode: seeds, sharing, higher derivatives, and what is refused."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

import dongshou.autograd as ag
from dongshou.autograd import Tensor, grad, gradcheck, jvp
from dongshou.autograd.operator import Rule, operator
from dongshou.errors import DongshouError, UsageError


def parameter(values) -> Tensor:
    return Tensor(values, requires_grad=True)


def test_no_torch_is_imported() -> None:
    code = "import sys; from dongshou.autograd import nn, optim; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_gradients_add_up_along_all_paths_and_over_calls() -> None:
    x = parameter(3.0)
    y = x * x + x
    y.backward()
    y.backward()
    assert x.grad is not None and x.grad.item() == 2 * 7


def test_a_deep_graph_needs_no_recursion() -> None:
    x = y = parameter(1.0)
    for _ in range(5000):
        y = y + 0.0
    assert grad(y, x)[0].item() == 1
    assert jvp(lambda x: sum((x for _ in range(5000)), start=x), [1.0], [1.0])[1].item() == 5001


def test_four_derivatives_of_the_sine() -> None:
    derivative, x = ag.sin, 0.7
    for expected in (np.cos(x), -np.sin(x), -np.cos(x), np.sin(x)):
        derivative = lambda x, f=derivative: grad(f(x), x, create_graph=True)[0]
        np.testing.assert_allclose(derivative(parameter(x)).data, expected, rtol=1e-12)


def test_gradients_without_create_graph_have_no_history() -> None:
    x = parameter(2.0)
    assert not grad(x**3, x)[0].requires_grad
    assert grad(x**3, x, create_graph=True)[0].requires_grad


def test_gradients_of_tensors_in_the_middle_and_of_several_outputs() -> None:
    x = parameter(2.0)
    y = x**2
    assert [g.item() for g in grad([y**2, 3 * y], [y, x])] == [2 * 4 + 3, (2 * 4 + 3) * 4]
    assert [g.item() for g in grad([y, y], [x], [1.0, 2.0])] == [12]
    assert [g.item() for g in grad([y, y], [x], np.array([1.0, 2.0]))] == [12]


def test_no_connection_is_a_gradient_of_zero() -> None:
    x, y = parameter([1.0, 2.0]), parameter(3.0)
    assert grad(y * 2, x)[0].data.tolist() == [0, 0]
    assert jvp(lambda x: Tensor(5.0), [1.0], [1.0])[1].item() == 0


def test_only_what_is_asked_for_is_derived() -> None:
    asked = []

    @operator(
        x=Rule(vjp=lambda g: asked.append("x") or g, jvp=lambda t: t),
        y=Rule(vjp=lambda g: asked.append("y") or g, jvp=lambda t: t),
    )
    def both(x, y):
        return x + y

    x, y = parameter(1.0), parameter(2.0)
    grad(both(x, y), [y])
    both(x, 2.0).backward()
    assert asked == ["y", "x"]


def test_perturbations_are_not_confused() -> None:
    """d/dx (x d/dy (x y)) at 1 is 2: the inner direction must not move the outer x (Siskind and Pearlmutter, 2005)."""
    outer = lambda x: x * jvp(lambda y: x * y, [x], [1.0])[1]
    assert jvp(outer, [1.0], [1.0])[1].item() == 2
    x = parameter(1.0)
    assert grad(outer(x), x)[0].item() == 2


def test_jvp_leaves_no_history_behind_unless_one_is_wanted() -> None:
    value, tangent = jvp(ag.exp, [1.0], [1.0])
    assert not value.requires_grad and not tangent.requires_grad
    x = parameter(1.0)
    assert jvp(ag.exp, [x], [1.0])[1].requires_grad


def test_no_grad_records_nothing() -> None:
    with ag.no_grad():
        y = parameter(1.0) * 2
    assert y.record is None and not y.requires_grad


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: ag.ones(2, 3, requires_grad=True).exp().backward(), r"\(2, 3\) needs its seed"),
        (lambda: parameter([1.0, 2.0]).exp().backward(np.ones(3)), r"shaped like the output, \(2,\); got \(3,\)"),
        (lambda: ag.ones(2).sum().backward(), "nothing that requires a gradient"),
        (lambda: grad(parameter(1.0) * 2, ag.ones(3)), "input 0, of shape .* does not require a gradient"),
        (lambda: grad([parameter(1.0) * 2], parameter(1.0), [1.0, 2.0]), "a seed for each of the 1 outputs; got 2"),
        (lambda: jvp(ag.exp, [ag.ones(2)], [ag.ones(3)]), "tangent shaped like each primal"),
        (lambda: ag.ones(2, 3) @ ag.ones(4, 5), r"matmul .*\(2, 3\) and \(4, 5\)"),
        (lambda: ag.ones(2, 3) + ag.ones(4), r"add .*\(2, 3\) and \(4,\)"),
        (lambda: ag.ones(2, 3).reshape(4), r"reshape .*\(2, 3\)"),
        (lambda: ag.ones(2, 3).sum(2), r"sum .*\(2, 3\)"),
        (lambda: ag.ones(2, 3)[5], r"getitem .*\(2, 3\)"),
        (lambda: ag.concatenate([ag.ones(2, 3), ag.ones(2, 4)]), r"concatenate .*\(2, 3\) and \(2, 4\)"),
        (lambda: ag.concatenate([]), "at least one tensor"),
        (lambda: ag.conv2d(ag.ones(1, 2, 5, 5), ag.ones(1, 3, 2, 2)), r"conv2d .*\(1, 2, 5, 5\) and \(1, 3, 2, 2\)"),
        (lambda: ag.max_pool2d(ag.ones(1, 1, 2, 2), 3), r"windows .*\(1, 1, 2, 2\)"),
        (lambda: gradcheck(ag.exp, Tensor(np.ones(2, np.float32), requires_grad=True)), "float64"),
    ],
)  # fmt: skip
def test_wrong_use_is_one_clear_line(wrong, message) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        wrong()
    assert "\n" not in str(caught.value)


# Changing values in place


def test_a_change_of_a_needed_input_is_noticed() -> None:
    x = parameter([1.0, 2.0])
    y = (x * x).sum()
    with ag.no_grad():
        x[0] = 5.0
    with pytest.raises(UsageError, match=r"multiply needs its input [xy] of shape \(2,\)"):
        y.backward()


def test_a_change_of_a_needed_output_is_noticed() -> None:
    x = parameter([1.0, 2.0])
    y = x.exp()
    with ag.no_grad():
        y[0] = 5.0
    with pytest.raises(UsageError, match="exp needs its output"):
        y.sum().backward()


def test_a_change_of_what_no_rule_needs_does_no_harm() -> None:
    x = parameter([1.0, 2.0])
    y = (x + 3).sum()
    with ag.no_grad():
        x[0] = 5.0
    y.backward()
    assert x.grad is not None and x.grad.data.tolist() == [1, 1]


def test_a_change_under_recording_is_refused() -> None:
    x, constant = parameter([1.0, 2.0]), ag.zeros(2)
    for tensor, value in [(x, 1.0), (x * 2, 1.0), (constant, x * 2), (constant, x[0])]:
        with pytest.raises(UsageError, match="in place"):
            tensor[:] = value
    with ag.no_grad():
        constant[:] = x * 2
    assert constant.data.tolist() == [2, 4]


def test_views_and_arrays_keep_their_values() -> None:
    array = np.ones(3)
    x = Tensor(array)
    view = x[:2]
    x[...] = 7.0
    array[:] = 9.0
    assert view.data.tolist() == [1, 1] and x.data.tolist() == [7, 7, 7] and x.version == 1
    with pytest.raises(ValueError, match="read-only"):
        x.data[0] = 1.0


def test_plus_equals_makes_a_new_tensor() -> None:
    x = y = parameter([1.0])
    y = y * 1
    y += x
    y.sum().backward()
    assert x.grad is not None and x.grad.data.tolist() == [2]


# The test of derivatives


def test_gradcheck_agrees_with_right_rules() -> None:
    generator = np.random.default_rng(0)
    x = ag.randn(2, 1, 4, 4, generator=generator, requires_grad=True)
    w = ag.randn(3, 1, 2, 2, generator=generator, requires_grad=True)
    assert gradcheck(lambda x, w: ag.tanh(ag.conv2d(x, w)).mean((2, 3)), [x, w])
    assert gradcheck(lambda x: grad((x**3).sum(), x, create_graph=True)[0], x)


@pytest.mark.parametrize("mode", ["reverse", "forward"])
def test_gradcheck_finds_the_wrong_half_of_a_rule(mode) -> None:
    factors = {"reverse": (3.0, 2.0), "forward": (2.0, 3.0)}[mode]

    @operator(x=Rule(vjp=lambda g: factors[0] * g, jvp=lambda t: factors[1] * t))
    def twice(x):
        return 2 * x

    with pytest.raises(DongshouError, match=f"{mode} mode"):
        gradcheck(twice, parameter([1.0, 2.0]))


@pytest.mark.parametrize("mode", ["reverse", "forward"])
@pytest.mark.parametrize("wrong", [0, 1, 2])
def test_gradcheck_looks_at_every_input(mode, wrong) -> None:
    factors = {"reverse": (3.0, 2.0), "forward": (2.0, 3.0)}[mode]
    right = Rule(vjp=lambda g: 2.0 * g, jvp=lambda t: 2.0 * t)
    rules = [right, right, right]
    rules[wrong] = Rule(vjp=lambda g: factors[0] * g, jvp=lambda t: factors[1] * t)

    @operator(**dict(zip("xyz", rules, strict=True)))
    def doubled(x, y, z):
        return 2 * (x + y + z)

    with pytest.raises(DongshouError, match=f"{mode} mode .* input {wrong} of shape"):
        gradcheck(doubled, [parameter([1.0, 2.0]), parameter([3.0, 4.0]), parameter([0.5, 1.0])])


def test_gradcheck_passes_over_constants_and_refuses_to_check_nothing() -> None:
    assert gradcheck(lambda x, y: x * y, [ag.ones(2), parameter([3.0, 4.0])])
    assert gradcheck(lambda x: x * 2, parameter(np.zeros((0, 2))))
    with pytest.raises(UsageError, match="none of its inputs requires a gradient"):
        gradcheck(ag.exp, [ag.ones(2)])
