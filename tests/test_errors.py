"""The two errors of a user."""

from __future__ import annotations

from dongshou.errors import DongshouError, UsageError, did_you_mean


def test_a_usage_error_is_an_error_with_an_exit_code_of_its_own():
    assert issubclass(UsageError, DongshouError)
    assert (DongshouError.exit_code, UsageError.exit_code) == (1, 2)


def test_the_nearest_right_names():
    assert did_you_mean("mpl", ["mlp", "lenet"]) == " Did you mean mlp?"
    assert did_you_mean("resnet", ["resnet18", "resnet34", "mlp"]) == " Did you mean resnet18 or resnet34?"
    assert did_you_mean("LENET", ["mlp", "LeNet"]) == " Did you mean LeNet?"
    assert did_you_mean("xyz", ["mlp"]) == ""
    assert did_you_mean("mlp", []) == ""
