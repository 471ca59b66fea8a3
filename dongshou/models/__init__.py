"""Architectures, one family a file, in plain torch.nn: factories of named numbers that know nothing of training."""

from dongshou.models.linear import linear_regression, softmax_regression
from dongshou.models.mlp import mlp

__all__ = ["linear_regression", "mlp", "softmax_regression"]
