"""What one batch means: how to improve a model on it, what to measure, how to predict and draw."""

from dongshou.tasks.asking import AskedWith, Question
from dongshou.tasks.classification import BinaryClassification, Classification
from dongshou.tasks.detection.detection import Detection
from dongshou.tasks.language_model import LanguageModeling
from dongshou.tasks.masked_words import MaskedWords
from dongshou.tasks.quantity import Accumulator, Measured, Quantities, Quantity
from dongshou.tasks.regression import Regression
from dongshou.tasks.segmentation import Segmentation
from dongshou.tasks.task import Task, descend
from dongshou.tasks.translation import Translation

__all__ = [
    "Accumulator",
    "AskedWith",
    "BinaryClassification",
    "Classification",
    "Detection",
    "LanguageModeling",
    "MaskedWords",
    "Measured",
    "Quantities",
    "Quantity",
    "Question",
    "Regression",
    "Segmentation",
    "Task",
    "Translation",
    "descend",
]


def __dir__() -> list[str]:
    """The public names, without the modules they come from."""
    return sorted(__all__)
