"""k-fold cross-validation: the same folds as scikit-learn's."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies
from sklearn.model_selection import KFold

from dongshou.data.folds import k_folds
from dongshou.errors import UsageError


@given(strategies.integers(2, 60), strategies.data())
def test_the_folds_are_those_of_scikit_learn(n, data):
    k = data.draw(strategies.integers(2, n))
    expected = list(KFold(k).split(np.zeros(n)))
    folds = list(k_folds(n, k))
    assert len(folds) == k
    for (train, valid), (expected_train, expected_valid) in zip(folds, expected, strict=True):
        assert train.tolist() == expected_train.tolist()
        assert valid.tolist() == expected_valid.tolist()


@pytest.mark.parametrize(("n", "k"), [(10, 1), (10, 0), (10, -2), (4, 5), (0, 2)])
def test_too_few_or_too_many_folds(n, k):
    with pytest.raises(UsageError, match=f"{n} examples .* got k={k}"):
        k_folds(n, k)
