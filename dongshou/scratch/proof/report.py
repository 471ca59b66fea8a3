"""What is proven, in one line and as the page docs/proof.md."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Iterator, Sequence

import torch
from torch import nn as torch_nn

from dongshou.scratch import nn
from dongshou.scratch.permitted import PERMITTED
from dongshou.scratch.proof.database import module_database, operator_database, optimizer_database
from dongshou.scratch.proof.layers import prove_layer
from dongshou.scratch.proof.operators import KINDS, prove_operator
from dongshou.scratch.proof.optimizers import prove_optimizer
from dongshou.scratch.proof.result import OUT_OF_REACH, Result

CONTAINERS = {"Container", "Module", "ModuleDict", "ModuleList", "ParameterDict", "ParameterList", "Sequential"}
BASES = {"RNNBase", "RNNCellBase"}  # of RNN, GRU, LSTM and their cells: they have no forward of their own

PREFACE = """# Proof

Written by `dongshou doctor --proof --write docs/proof.md`; the tests run the same.

PyTorch tests itself with three databases of samples, which ship inside it. Here every sample is built twice, with
torch's class or function and with ours, from the same arguments. A layer loads torch's `state_dict` strictly and
must give torch's outputs, gradients and buffers in float64, in training and in evaluation. An optimiser must hold
torch's parameters and state after every step, and hand its `state_dict` over in both directions half way.
A function goes through every kind of comparison that heads a column of its table. What torch refuses, ours refuses
with the same kind of error. Ours run on {permitted} elementary operators alone (`dongshou/scratch/permitted.py`);
any other operator fails the sample. Where the database of layers knows single examples alone, as of the LSTM, batches
of ours stand beside them (`dongshou/scratch/proof/samples.py`).

Beyond the samples, our optimisers refuse complex parameters (SGD takes them) and `differentiable=True`, with a message.
"""

KINDS_IN_WORDS = """A cell is the number of samples, or how many agree and of how many.

- output: values, dtypes and shapes in float64, extreme values too, and the arguments left as torch leaves them
- strided: inputs with gaps in memory; empty: a batch of no examples; integers: int64, uint8 and bool
- complex: complex128, with its gradient
- gradient, second: first and second derivatives in float64, at corners and extreme values too
- forward: `torch.func.jvp`; vmap: outputs and gradients under `torch.func.vmap`
- bfloat16, float16: outputs and gradients as close to torch's as the type allows, or no further than one rounding
  beyond torch's own distance from the result in float64
- autocast: under `torch.autocast` to bfloat16, the same dtypes too
- refused: inputs that must raise
"""


def prove() -> Iterator[Result]:
    """A result for every class and function of the three databases, as they come."""
    yield from map(prove_layer, module_database())
    yield from map(prove_optimizer, optimizer_database())
    yield from map(prove_operator, operator_database())


def lacking() -> list[str]:
    """The layers and losses of torch.nn that `scratch.nn` has no twin for; containers and bases compute nothing."""
    modules = torch_nn.modules
    layers = [name for name in modules.__all__ if issubclass(getattr(modules, name), torch_nn.Module)]
    return [name for name in layers if name not in CONTAINERS | BASES and not hasattr(nn, name)]


def summary(results: Sequence[Result]) -> str:
    """The counts in one line."""
    functions = [result for result in results if result.kind == "operator"]
    classes = [result for result in results if result.kind != "operator"]
    return (
        f"{_counts(classes, 'classes')}; {_counts(functions, 'functions')}; "
        f"classes of torch.nn without a twin: {', '.join(lacking()) or 'none'} "
        f"(torch {torch.__version__}, Python {platform.python_version()})"
    )


def _counts(results: Sequence[Result], what: str) -> str:
    proven = sum(result.holds for result in results)
    passed, samples = sum(result.passed for result in results), sum(result.samples for result in results)
    return f"{proven} of {len(results)} {what} proven, {passed} of {samples} samples"


def markdown(results: Sequence[Result]) -> str:
    """The page docs/proof.md."""
    return "\n".join(
        [
            PREFACE.format(permitted=len(PERMITTED)),
            f"{summary(results)}.",
            "",
            *_section("Layers and losses", [result for result in results if result.kind == "layer"]),
            *_section("Optimisers", [result for result in results if result.kind == "optimiser"]),
            *_operators([result for result in results if result.kind == "operator"]),
            "## Without a twin",
            "",
            *([f"- {name}: {OUT_OF_REACH.get(name, 'missing')}" for name in lacking()] or ["Nothing."]),
            "",
        ]
    )


def _section(title: str, results: Iterable[Result]) -> list[str]:
    rows = [f"| {each.name} | {each.samples} | {each.passed} | {_cell(each.remark)} |" for each in results]
    return [f"## {title}", "", "| class | samples | passed | remark |", "| --- | ---: | ---: | --- |", *rows, ""]


def _operators(results: Sequence[Result]) -> list[str]:
    """A column for every kind of comparison, and what is known to differ."""
    kinds = list(KINDS)
    rows = [
        f"| {each.name} | {' | '.join(_share(each.parts.get(kind)) for kind in kinds)} | {_cell(each.remark)} |"
        for each in results
    ]
    header = f"| function | {' | '.join(kinds)} | remark |"
    return ["## Functions", "", KINDS_IN_WORDS, header, f"| --- |{' ---: |' * len(kinds)} --- |", *rows, ""]


def _share(part: Result | None) -> str:
    """How many samples agree, and of how many where not all do; nothing where there are none."""
    if part is None:
        return ""
    return str(part.samples) if part.holds else f"{part.passed}/{part.samples}"


def _cell(text: str) -> str:
    """A bar would end the cell."""
    return text.replace("|", "/")
