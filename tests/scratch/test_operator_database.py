"""Every function that we have on a few samples of each kind from the database that PyTorch tests itself with.

`dongshou doctor --proof` takes all samples.
"""

from __future__ import annotations

import pytest

from dongshou.scratch import proof


@pytest.mark.parametrize("name", proof.operator_database())
def test_functions(name):
    result = proof.prove_operator(name, most=2)
    assert result.samples > 0 and not result.is_a_fault, result.problem
