"""What is proven, in one line and as the page docs/proof.md."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Iterator, Sequence

import torch
from torch import nn as torch_nn

from dongshou.scratch import nn
from dongshou.scratch.permitted import PERMITTED
from dongshou.scratch.proof.database import module_database, optimizer_database
from dongshou.scratch.proof.layers import prove_layer
from dongshou.scratch.proof.optimizers import prove_optimizer
from dongshou.scratch.proof.result import OUT_OF_REACH, Result

CONTAINERS = {"Container", "Module", "ModuleDict", "ModuleList", "ParameterDict", "ParameterList", "Sequential"}
BASES = {"RNNBase", "RNNCellBase"}  # of RNN, GRU, LSTM and their cells: they have no forward of their own

PREFACE = """# Proof

Written by `dongshou doctor --proof --write docs/proof.md`; the tests run the same.

PyTorch tests itself with two databases of samples, which ship inside it. Here every sample is built twice, with
torch's class and with ours, from the same arguments. A layer loads torch's `state_dict` strictly and must give
torch's outputs, gradients and buffers in float64, in training and in evaluation. An optimiser must hold torch's
parameters and state after every step, and hand its `state_dict` over in both directions half way. What torch
refuses, ours refuses with the same kind of error. Ours run on {permitted} elementary operators alone
(`dongshou/scratch/permitted.py`); any other operator fails the sample.

Beyond the samples, our optimisers refuse complex parameters (SGD takes them) and `differentiable=True`, with a message.
"""


def prove() -> Iterator[Result]:
    """A result for every class of the two databases, as they come."""
    yield from map(prove_layer, module_database())
    yield from map(prove_optimizer, optimizer_database())


def lacking() -> list[str]:
    """The layers and losses of torch.nn that `scratch.nn` has no twin for; containers and bases compute nothing."""
    modules = torch_nn.modules
    layers = [name for name in modules.__all__ if issubclass(getattr(modules, name), torch_nn.Module)]
    return [name for name in layers if name not in CONTAINERS | BASES and not hasattr(nn, name)]


def summary(results: Sequence[Result]) -> str:
    """The counts in one line."""
    proven = sum(result.holds for result in results)
    passed, samples = sum(result.passed for result in results), sum(result.samples for result in results)
    return (
        f"{proven} of {len(results)} classes proven, {passed} of {samples} samples; "
        f"classes of torch.nn without a twin: {', '.join(lacking()) or 'none'} "
        f"(torch {torch.__version__}, Python {platform.python_version()})"
    )


def markdown(results: Sequence[Result]) -> str:
    """The page docs/proof.md."""
    return "\n".join(
        [
            PREFACE.format(permitted=len(PERMITTED)),
            f"{summary(results)}.",
            "",
            *_section("Layers and losses", [result for result in results if result.kind == "layer"]),
            *_section("Optimisers", [result for result in results if result.kind == "optimiser"]),
            "## Without a twin",
            "",
            *([f"- {name}: {OUT_OF_REACH.get(name, 'missing')}" for name in lacking()] or ["Nothing."]),
            "",
        ]
    )


def _section(title: str, results: Iterable[Result]) -> list[str]:
    rows = [f"| {each.name} | {each.samples} | {each.passed} | {_cell(each.remark)} |" for each in results]
    return [f"## {title}", "", "| class | samples | passed | remark |", "| --- | ---: | ---: | --- |", *rows, ""]


def _cell(text: str) -> str:
    """A bar would end the cell."""
    return text.replace("|", "/")
