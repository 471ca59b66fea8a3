"""What a network is made of: shapes, parameters, multiply-adds and receptive fields, by block and layer."""

from dongshou.models.summary.summarize import Row, Summary, summarize, summarize_call
from dongshou.models.summary.watch import in_words

__all__ = ["Row", "Summary", "in_words", "summarize", "summarize_call"]
