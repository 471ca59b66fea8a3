"""Pictures of a trained classifier, one a file: what it says, what it confuses, what it looks for, and where."""

from dongshou.tasks.pictures.alignment import of_alignment
from dongshou.tasks.pictures.classifier import of_classification

__all__ = ["of_alignment", "of_classification"]
