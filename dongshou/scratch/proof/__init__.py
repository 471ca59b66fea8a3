"""Our layers, functions and optimisers against PyTorch's own test databases, which ship inside torch.

Each sample is built twice from the same arguments, with torch's class and with ours; ours loads torch's
state_dict, runs on the permitted operators alone, and must give the same numbers. A function goes through every
kind of comparison in `operators.KINDS`; `python -m dongshou.scratch.proof NAME` shows one function.
"""

from __future__ import annotations

from dongshou.scratch.proof.database import module_database, operator_database, optimizer_database
from dongshou.scratch.proof.layers import prove_layer
from dongshou.scratch.proof.operators import prove_operator
from dongshou.scratch.proof.optimizers import prove_optimizer
from dongshou.scratch.proof.report import lacking, markdown, prove, summary
from dongshou.scratch.proof.result import DIFFERENT, OUT_OF_REACH, Result

__all__ = [
    "DIFFERENT",
    "OUT_OF_REACH",
    "Result",
    "lacking",
    "markdown",
    "module_database",
    "operator_database",
    "optimizer_database",
    "prove",
    "prove_layer",
    "prove_operator",
    "prove_optimizer",
    "summary",
]
