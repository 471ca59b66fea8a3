"""Word representations: vectors for words and parts of words, and words in their context."""

PLACE = 90  # in the course
