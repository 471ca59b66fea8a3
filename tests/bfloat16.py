"""Tests of bfloat16 run where the machine has it for the layers in question, and skip saying why where not."""

from __future__ import annotations

import pytest
from torch import nn

from dongshou.training import bfloat16


def needs_bfloat16(model: nn.Module) -> None:
    """Skip the test on a processor that cannot compute one of these layers in bfloat16."""
    if kinds := bfloat16.lacking(model, "cpu"):
        pytest.skip(f"this processor has no bfloat16 for {', '.join(kinds)}")
