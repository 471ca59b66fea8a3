"""Linear neural networks: regression, and classification by softmax."""
