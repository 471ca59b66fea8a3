"""From batches to metrics: sums divided once, in double precision."""

from __future__ import annotations

import math

import pytest
import torch

from dongshou.tasks import Quantity
from dongshou.training.totals import Totals


def test_batches_weigh_by_their_weight():
    totals = Totals()
    totals.add({"loss": Quantity(torch.tensor(6.0), 3), "hits": Quantity(torch.tensor(2), 3)})
    assert totals.read() == {"loss": [2.0], "hits": [pytest.approx(2 / 3)]}
    totals.add({"loss": Quantity(torch.tensor(1.0), 1), "hits": Quantity(torch.tensor(0), 1)})
    assert totals.metrics() == {"loss": 7 / 4, "hits": 2 / 4}
    assert totals.metrics() == {"loss": 7 / 4, "hits": 2 / 4}


def test_a_weight_may_be_a_tensor_and_the_mean_is_finished_once():
    totals = Totals()
    for tokens in (2, 3):
        totals.add({"perplexity": Quantity(torch.tensor(1.0 * tokens), torch.tensor(tokens), finish=math.exp)})
    assert totals.metrics() == {"perplexity": math.e}


def test_ten_thousand_small_batches_lose_nothing():
    totals = Totals()
    for _ in range(100):
        for _ in range(100):
            totals.add({"loss": Quantity(torch.tensor(0.1), 1)})
        totals.read()
    assert totals.metrics()["loss"] == pytest.approx(float(torch.tensor(0.1)), rel=1e-12)


def test_nothing_measured_is_not_a_number():
    totals = Totals()
    assert totals.metrics() == {}
    totals.add({"loss": Quantity(torch.tensor(0.0), 0)})
    assert math.isnan(totals.metrics()["loss"])
