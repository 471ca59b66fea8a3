"""Our layers and optimisers against PyTorch's own test databases, which ship inside torch.

Each sample is built twice from the same arguments, with torch's class and with ours; ours loads torch's
state_dict, runs on the permitted operators alone, and must give the same numbers.
"""

from __future__ import annotations

from dongshou.scratch.proof.database import module_database, optimizer_database
from dongshou.scratch.proof.layers import prove_layer
from dongshou.scratch.proof.optimizers import prove_optimizer
from dongshou.scratch.proof.report import lacking, markdown, prove, summary
from dongshou.scratch.proof.result import OUT_OF_REACH, Result

__all__ = [
    "OUT_OF_REACH",
    "Result",
    "lacking",
    "markdown",
    "module_database",
    "optimizer_database",
    "prove",
    "prove_layer",
    "prove_optimizer",
    "summary",
]
