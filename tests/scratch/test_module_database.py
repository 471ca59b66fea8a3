"""Every layer and loss we have, on the samples of the database that PyTorch tests itself with.

Linear cross-entropy alone has more than 150 in a mode, 857; `dongshou doctor --proof` takes all.
"""

from __future__ import annotations

import pytest

from dongshou.scratch import proof

DATABASE = {info.module_cls.__name__: info for info in proof.module_database()}


@pytest.mark.parametrize("name", DATABASE)
def test_layers(name):
    result = proof.prove_layer(DATABASE[name], most=150)
    assert result.passed == result.samples > 0, result.problem
