"""Every layer and loss we have, on every sample of the database that PyTorch tests itself with."""

from __future__ import annotations

import pytest

from dongshou.scratch import proof

DATABASE = {info.module_cls.__name__: info for info in proof.module_database()}


@pytest.mark.parametrize("name", DATABASE)
def test_layers(name):
    result = proof.prove_layer(DATABASE[name])
    assert result.passed == result.samples > 0, result.problem
