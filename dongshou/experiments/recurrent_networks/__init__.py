"""Texts and other sequences, read from left to right with a memory of what came before."""

PLACE = 50  # in the course
