"""What one batch means: how to improve a model on it, what to measure, how to predict and draw."""

from dongshou.tasks.classification import BinaryClassification, Classification
from dongshou.tasks.language_model import LanguageModelling
from dongshou.tasks.regression import Regression
from dongshou.tasks.task import Quantities, Quantity, Task, descend
from dongshou.tasks.translation import Translation

__all__ = [
    "BinaryClassification",
    "Classification",
    "LanguageModelling",
    "Quantities",
    "Quantity",
    "Regression",
    "Task",
    "Translation",
    "descend",
]
