"""Our functions on every sample of PyTorch's operator database."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Iterator
from itertools import islice
from typing import Any

import torch

from dongshou.scratch import functional
from dongshou.scratch.proof import kinds
from dongshou.scratch.proof.calls import operators
from dongshou.scratch.proof.database import operator_database
from dongshou.scratch.proof.result import Check, Result, tally_by_kind

KINDS = {  # kind of comparison: what carries it out
    "output": kinds.same_output,
    "strided": kinds.same_output_of_strided,
    "empty": kinds.same_output_of_nothing,
    "integers": kinds.same_output,
    "complex": kinds.same_gradient,
    "gradient": kinds.same_gradient,
    "second": kinds.same_second_gradient,
    "forward": kinds.same_forward_mode,
    "vmap": kinds.same_batched,
    "bfloat16": kinds.same_in_short,
    "float16": kinds.same_in_short,
    "autocast": kinds.same_under_autocast,
    "refused": kinds.refused,
}
DTYPES = {
    "integers": (torch.int64, torch.uint8, torch.bool),
    "complex": (torch.complex128,),
    "bfloat16": (torch.bfloat16,),
    "float16": (torch.float16,),
    "autocast": (torch.float32, torch.bfloat16),
}
VALUES = ("output", "strided", "empty", "integers", "autocast")  # without gradients
WIDELY = ("output", "gradient", "bfloat16", "float16")  # with the inputs of extreme values as well
# torch's own derivative at NaN is another in the vectorised part of its loop than in the rest of it
NAN_BY_PLACE = {"celu", "elu", "selu", "hardshrink", "softshrink", "hardswish", "hardtanh", "relu6"}
# torch's own derivative of these in a short type writes beyond its memory and ends the process
CRASHES = {("grid_sample", "bfloat16"), ("grid_sample", "float16")}


def prove_operator(name: str, most: int | None = None) -> Result:
    """Every sample of the function's entries by every kind of comparison; of each kind at most so many samples."""
    if not hasattr(functional, name):
        return Result(name, "operator", problem="missing")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # samples use deprecated arguments on purpose
        checks = (check for info in operator_database()[name] for check in _checks(info, most))
        return tally_by_kind(name, checks)


def _checks(info: Any, most: int | None) -> Iterator[tuple[str, Check]]:
    theirs, ours = operators(info)
    is_elementwise = type(info).__name__ == "UnaryUfuncInfo"
    for kind, compare in KINDS.items():
        if compare is kinds.same_in_short:
            compare = functools.partial(compare, is_elementwise=is_elementwise)
        for index, sample in enumerate(_sparsely(_samples(info, kind), most)):
            words = " ".join(filter(None, (info.variant_test_name, f"sample {index}")))
            yield kind, (words, functools.partial(compare, theirs, ours, sample))


def _samples(info: Any, kind: str) -> Iterator[Any]:
    """What the database offers for a kind; nothing where it says that torch itself cannot do it."""
    able = {"second": info.supports_gradgrad, "forward": info.supports_forward_ad}.get(kind, True)
    if (info.name.rsplit(".", 1)[-1], kind) in CRASHES:
        return
    requires_grad = info.supports_autograd and kind not in VALUES
    for dtype in DTYPES.get(kind, (torch.float64,)):
        torch.manual_seed(0)
        if kind == "refused":
            yield from info.error_inputs("cpu") if info.error_inputs_func is not None else ()
        elif kind in WIDELY and dtype in info.dtypes:
            samples = info.reference_inputs("cpu", dtype, requires_grad=requires_grad)
            skips_nan = requires_grad and info.name.rsplit(".", 1)[-1] in NAN_BY_PLACE
            yield from (sample.transform(_without_nan) for sample in samples) if skips_nan else samples
        elif able and dtype in info.dtypes:
            yield from info.sample_inputs("cpu", dtype, requires_grad=requires_grad)


def _sparsely(samples: Iterator[Any], most: int | None) -> Iterator[Any]:
    """At most so many of the samples, evenly spread."""
    if most is None:
        return samples
    every = list(samples)
    return islice(every, 0, None, max(1, -(-len(every) // most)))


def _without_nan(value: Any) -> Any:
    is_tensor = isinstance(value, torch.Tensor) and value.is_floating_point()
    return torch.where(value.isnan(), 0.25, value) if is_tensor else value
