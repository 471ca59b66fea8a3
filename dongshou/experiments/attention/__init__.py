"""Attention: what a network looks at for each thing it says; the Transformer."""

PLACE = 60  # in the course
