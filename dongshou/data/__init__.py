"""Data sets and how they become batches of tensors on the training device."""

from dongshou.data.batches import Batches
from dongshou.data.images import load_images
from dongshou.data.loader import Loader
from dongshou.data.splits import Splits
from dongshou.data.table import read_table

__all__ = ["Batches", "Loader", "Splits", "load_images", "read_table"]
