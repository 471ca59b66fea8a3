"""Convolutional networks: from one learnt kernel over LeNet to DenseNet, on clothes and handwritten digits."""

PLACE = 30  # in the course
