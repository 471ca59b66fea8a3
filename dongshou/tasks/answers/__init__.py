"""What a model answers, a file for each kind: a value that can be printed, drawn and put into JSON."""

from dongshou.tasks.answers.answer import Answer
from dongshou.tasks.answers.boxes import Boxes
from dongshou.tasks.answers.gaps import Gaps
from dongshou.tasks.answers.mask import Mask
from dongshou.tasks.answers.neighbors import Neighbors
from dongshou.tasks.answers.picture import Picture
from dongshou.tasks.answers.pieces import Pieces
from dongshou.tasks.answers.points import Points
from dongshou.tasks.answers.probabilities import Probabilities
from dongshou.tasks.answers.several import Several
from dongshou.tasks.answers.text import Text
from dongshou.tasks.answers.value import Value

__all__ = [
    "Answer",
    "Boxes",
    "Gaps",
    "Mask",
    "Neighbors",
    "Picture",
    "Pieces",
    "Points",
    "Probabilities",
    "Several",
    "Text",
    "Value",
]
