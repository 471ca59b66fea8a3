"""Every optimiser we have, on every sample of the database that PyTorch tests itself with."""

from __future__ import annotations

import pytest

from dongshou.scratch import optim, proof

DATABASE = {info.optim_cls.__name__: info for info in proof.optimizer_database()}


@pytest.mark.parametrize("name", DATABASE)
def test_optimizers(name):
    result = proof.prove_optimizer(DATABASE[name])
    if not hasattr(optim, name):
        pytest.skip(f"no twin: {result.remark}")
    assert result.passed == result.samples > 0, result.problem
