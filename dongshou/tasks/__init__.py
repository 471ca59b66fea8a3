"""What one batch means: how to improve a model on it, what to measure, how to predict and draw."""

from dongshou.tasks.asking import AskedWith, Question
from dongshou.tasks.classification import BinaryClassification, Classification
from dongshou.tasks.language_model import LanguageModelling
from dongshou.tasks.regression import Regression
from dongshou.tasks.task import Quantities, Quantity, Task, descend
from dongshou.tasks.translation import Translation

__all__ = [
    "AskedWith",
    "BinaryClassification",
    "Classification",
    "LanguageModelling",
    "Quantities",
    "Quantity",
    "Question",
    "Regression",
    "Task",
    "Translation",
    "descend",
]
