"""Generative models: networks that draw, from two adversaries to noise that is taken away step by step."""

PLACE = 45  # in the course
