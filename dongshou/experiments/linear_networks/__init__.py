"""Linear neural networks: regression, and classification by softmax."""

PLACE = 10  # in the course
