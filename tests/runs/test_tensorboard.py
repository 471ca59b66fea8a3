"""TensorBoard reads the same numbers."""

from __future__ import annotations

import sys

import pytest

from dongshou.errors import UsageError
from dongshou.runs.curves import norms_of
from tests.training import toys


@pytest.mark.filterwarnings("ignore")  # of tensorboard's own imports
def test_the_scalars_are_those_of_the_record():
    reader = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator", reason="no tensorboard here")
    run = toys.series().run(tensorboard=True)
    events = reader.EventAccumulator(str(run.path / "tensorboard"))
    events.Reload()
    for part, epochs in run.table().groupby("part"):
        scalars = events.Scalars(f"{part} by epoch/test_loss")
        assert [scalar.step for scalar in scalars] == epochs["epoch"].tolist()
        assert [scalar.value for scalar in scalars] == pytest.approx(epochs["test_loss"].tolist())


@pytest.mark.filterwarnings("ignore")
def test_the_norm_of_every_gradient_is_among_them():
    reader = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator", reason="no tensorboard here")
    run = toys.toy(clip=0.5).run(tensorboard=True)
    events = reader.EventAccumulator(str(run.path / "tensorboard"))
    events.Reload()
    for (_, metric), points in norms_of(run).items():
        found = [(scalar.step, scalar.value) for scalar in events.Scalars(f"by step/{metric}")]
        assert found == [(step, pytest.approx(norm)) for step, norm in points]


def test_without_the_package_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard.writer", None)
    with pytest.raises(UsageError, match=r"pip install .*\[tensorboard\]'$"):
        toys.toy().run(tensorboard=True)
