"""Data sets and how they become batches of tensors on the training device."""

from dongshou.data.batches import Batches
from dongshou.data.images.annotated.load import load_annotated, read_annotated
from dongshou.data.images.folder import load_image_folder, read_image_folder
from dongshou.data.images.load import load_images
from dongshou.data.images.masks.load import load_masked_images
from dongshou.data.images.scenes.draw import Scene, draw_scene
from dongshou.data.images.scenes.load import load_scenes
from dongshou.data.loader import Loader
from dongshou.data.sets.camvid import load_camvid
from dongshou.data.sets.pretrained_vectors import load_word_vectors
from dongshou.data.splits import Split, Splits
from dongshou.data.tables.read import read_table
from dongshou.data.tables.submission import write_submission
from dongshou.data.text.labelled import LabelledTexts
from dongshou.data.text.load_texts import load_labelled_texts, read_labelled_texts
from dongshou.data.text.names import load_names
from dongshou.data.text.pretraining import load_masked
from dongshou.data.text.sequences import load_text
from dongshou.data.text.splits import PairSplits, TextSplits
from dongshou.data.text.subwords.byte_pairs import BytePairs
from dongshou.data.text.subwords.wordpiece import WordPiece
from dongshou.data.text.translation import load_pairs
from dongshou.data.text.vector_file import read_word_vectors
from dongshou.data.text.vocabulary import Vocabulary
from dongshou.data.text.word_contexts import load_contexts
from dongshou.data.text.word_vectors import WordVectors

__all__ = [
    "Batches",
    "BytePairs",
    "LabelledTexts",
    "Loader",
    "PairSplits",
    "Scene",
    "Split",
    "Splits",
    "TextSplits",
    "Vocabulary",
    "WordPiece",
    "load_camvid",
    "load_contexts",
    "WordVectors",
    "draw_scene",
    "load_image_folder",
    "load_annotated",
    "load_images",
    "load_labelled_texts",
    "load_masked",
    "load_masked_images",
    "load_names",
    "load_pairs",
    "load_scenes",
    "load_text",
    "read_annotated",
    "read_image_folder",
    "read_labelled_texts",
    "load_word_vectors",
    "read_table",
    "read_word_vectors",
    "write_submission",
]


def __dir__() -> list[str]:
    """The public names, without the modules they come from."""
    return sorted(__all__)
