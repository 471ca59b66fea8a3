"""Optimisation: what convexity promises, the optimisers and their ways downhill, schedules of the learning rate."""
