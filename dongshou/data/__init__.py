"""Data sets and how they become batches of tensors on the training device."""

from dongshou.data.batches import Batches
from dongshou.data.image_folder import load_image_folder, read_image_folder
from dongshou.data.images import load_images
from dongshou.data.loader import Loader
from dongshou.data.names import load_names
from dongshou.data.sequences import load_text
from dongshou.data.splits import Splits
from dongshou.data.submission import write_submission
from dongshou.data.table import read_table
from dongshou.data.translation import load_pairs
from dongshou.data.vocabulary import Vocabulary

__all__ = [
    "Batches",
    "Loader",
    "Splits",
    "Vocabulary",
    "load_image_folder",
    "load_images",
    "load_names",
    "load_pairs",
    "load_text",
    "read_image_folder",
    "read_table",
    "write_submission",
]
