"""The one door from Python into a run."""

from __future__ import annotations

import pytest

from dongshou.errors import UsageError
from dongshou.runs import list_runs
from tests.training.toys import toy


@pytest.mark.parametrize(("wrong", "near"), [("sed", "Did you mean seed"), ("work", "Its options: seed, engine")])
def test_an_option_that_does_not_exist(wrong: str, near: str):
    with pytest.raises(UsageError, match=rf"run\(\) has no option {wrong}\..*{near}"):
        toy().run(**{wrong: 5})
    assert not list_runs()
