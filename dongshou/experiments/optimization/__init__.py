"""Optimisation: what convexity promises, the optimisers and their ways downhill, schedules of the learning rate."""

PLACE = 70  # in the course
