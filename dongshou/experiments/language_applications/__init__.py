"""What can be asked of a text: its sentiment, its kind, whether it follows from another."""

PLACE = 100  # in the course
