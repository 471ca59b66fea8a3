"""What one batch means: how to improve a model on it, what to measure, how to predict and draw."""

from dongshou.tasks.classification import BinaryClassification, Classification
from dongshou.tasks.regression import Regression
from dongshou.tasks.task import Quantities, Quantity, Task, descend

__all__ = [
    "BinaryClassification",
    "Classification",
    "Quantities",
    "Quantity",
    "Regression",
    "Task",
    "descend",
]
